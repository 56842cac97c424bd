namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>Something that a member asked of its database or of its store: it is done at one moment, and answered at a later one.</summary>
/// <param name="what">For the trace.</param>
internal abstract class PendingStep(string what)
{
    public string What { get; } = what;

    public bool IsDone { get; protected set; }

    /// <summary>Does it; what goes wrong is the answer.</summary>
    public abstract void Do();

    /// <summary>Answers it.</summary>
    public abstract void Answer();

    /// <summary>Answers that it took too long, done or not.</summary>
    public abstract void TimeOut();
}
