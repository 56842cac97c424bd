namespace Forewave.Bench.Probes.Disk;

/// <summary>A new folder for the probes' files inside the one that was asked for; it goes when the run ends.</summary>
internal sealed class ProbeFolder : IDisposable
{
    // Larger than any write, smaller than what would take long to fill.
    private const long RecycledBytes = 256L << 20;

    private readonly DirectoryInfo _folder;

    public ProbeFolder(string parent)
    {
        Directory.CreateDirectory(parent);
        _folder = Directory.CreateDirectory(Path.Combine(parent, $"forewave-probes-{Guid.NewGuid():N}"));
    }

    public ProbeFile Open(WriteKind kind) =>
        ProbeFile.Open(Path.Combine(_folder.FullName, kind == WriteKind.Append ? "append" : "recycled"), kind, RecycledBytes);

    public void Dispose() => _folder.Delete(recursive: true);
}
