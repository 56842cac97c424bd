namespace Forewave.Client.Hosting;

/// <summary>What becomes of a message whose handler threw an exception of some type. Immutable.</summary>
public sealed class HandlerOutcome
{
    private readonly Type _exception;

    private HandlerOutcome(Type exception, bool rejects, TimeSpan? delay)
    {
        _exception = exception;
        Rejects = rejects;
        Delay = delay;
    }

    /// <summary>The message is rejected: a dead letter at once, with the exception as its reason.</summary>
    public static HandlerOutcome Reject<TException>()
        where TException : Exception => new(typeof(TException), rejects: true, null);

    /// <summary>The message comes again.</summary>
    /// <param name="after">After so long, up to 12 h; null: after the group's back-off.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static HandlerOutcome Retry<TException>(TimeSpan? after = null)
        where TException : Exception
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after ?? TimeSpan.Zero, TimeSpan.Zero, nameof(after));
        return new HandlerOutcome(typeof(TException), rejects: false, after);
    }

    internal bool Rejects { get; }

    internal TimeSpan? Delay { get; }

    // What nobody can read is no fault that passes: a rule for every exception does not mean it.
    internal bool IsFor(Exception thrown) =>
        _exception.IsInstanceOfType(thrown) && (thrown is not UnreadableBodyException || _exception == typeof(UnreadableBodyException));
}
