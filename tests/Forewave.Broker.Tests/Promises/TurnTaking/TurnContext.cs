namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>Brings continuations back to the scenario's thread.</summary>
internal sealed class TurnContext(Turns turns) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => turns.Queue(() => d(state), NameOf(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    // A continuation's target is its method's state machine.
    private static string NameOf(object? state) => $"{(state as Delegate)?.Target ?? state}";
}
