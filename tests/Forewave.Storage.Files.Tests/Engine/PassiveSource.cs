namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>An engine whose whole state is that everything committed was seen.</summary>
internal sealed class PassiveSource(IStore store) : IStateSource
{
    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        writer.Write(new StatePart(StateKind.Catalogue, 0, store.Committed, store.Tail), [1, 2, 3]);
        return ValueTask.CompletedTask;
    }
}
