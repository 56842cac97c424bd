using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>Decides whether messages that the broker refused (and did not store) are sent again. Thread-safe.</summary>
public interface IPublishRetryPolicy
{
    /// <summary>How long to wait before the next try; null: give up, the caller gets the error.</summary>
    /// <param name="error">Why the broker refused; <see cref="ForewaveException.Retry"/> is its advice.</param>
    /// <param name="attempt">How often the messages have been refused, from 1.</param>
    TimeSpan? DelayBeforeNext(ForewaveException error, int attempt);
}
