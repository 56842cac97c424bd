namespace Forewave.Coordination.Members;

/// <summary>What a master knows of a run of its slave.</summary>
/// <param name="IsClose">It receives, and had all that was committed a moment ago: waiting for it would hold nothing up for long.</param>
/// <param name="Silence">How long something has been committed that it has not received; zero when nothing waits for it.</param>
/// <param name="HasAll">
/// Since it is needed its database has said, in this run, that it received all that was committed before it was needed. Never by what it
/// had said before: a message that was answered alone in between would be missing there.
/// </param>
public readonly record struct SlaveProgress(bool IsClose, TimeSpan Silence, bool HasAll);
