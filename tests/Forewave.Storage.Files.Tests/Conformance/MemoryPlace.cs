using Forewave.Storage.Conformance;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Conformance;

/// <summary>A Files store on a memory disk, small, with its own threads.</summary>
internal sealed class MemoryPlace : IStorePlace
{
    private readonly MemoryDisk _disk = new();

    public IStore Open(TimeProvider time) => new FilesStore(OpenStore.Small(_disk), time);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
