using System.IO.Pipelines;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>Wakes who waits at a pipe in a turn of its own.</summary>
internal sealed class TurnPipes(Turns turns) : PipeScheduler
{
    public override void Schedule(Action<object?> action, object? state) => turns.Queue(() => action(state), nameof(TurnPipes));
}
