using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Storage.Files.Tests.Disk;

/// <summary>An empty disk of one of the kinds that the conformance tests run over.</summary>
internal sealed class DiskFixture : IDisposable
{
    private readonly string? _folder;

    internal DiskFixture(string kind)
    {
        switch (kind)
        {
            case nameof(PosixDisk):
                _folder = Directory.CreateTempSubdirectory("forewave-disk-").FullName;
                Disk = PosixDisk.OpenFolder(_folder);
                break;
            case nameof(MemoryDisk):
                Disk = new MemoryDisk();
                break;
            case nameof(PowerLossDisk):
                Disk = new PowerLossDisk(seed: 1);
                break;
            case nameof(DelayedSyncDisk):
                Disk = new DelayedSyncDisk(new MemoryDisk(), TimeSpan.Zero);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such disk.");
        }
    }

    internal static TheoryData<string> Kinds =>
        [nameof(PosixDisk), nameof(MemoryDisk), nameof(PowerLossDisk), nameof(DelayedSyncDisk)];

    internal IDisk Disk { get; }

    public void Dispose()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }
}
