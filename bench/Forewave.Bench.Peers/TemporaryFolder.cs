namespace Forewave.Bench.Peers;

/// <summary>A folder of the temporary files, deleted with all its content at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("forewave-peers-").FullName;

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
