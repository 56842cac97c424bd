namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>An engine that has dispatched all that is committed and has no state but that.</summary>
internal sealed class NoState(IStore store, Action? after = null) : IStateSource
{
    public ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        writer.Write(new StatePart(StateKind.Queue, 1, store.Committed, store.Committed), []);
        after?.Invoke();
        return ValueTask.CompletedTask;
    }
}
