using Forewave.Client.Consuming;

namespace Forewave.Server.Http.Consuming;

/// <summary>Receives. Thread-safe; disposal fails what waits.</summary>
internal interface IPulls : IAsyncDisposable
{
    /// <summary>
    /// Receives messages and lets <paramref name="deliver"/> hand them on, once: what throws there has them released at once, in place.
    /// </summary>
    /// <param name="key">From where, for whom.</param>
    /// <param name="terms">How many, and how long to wait.</param>
    /// <param name="deliver">Gets the messages, or none, and what the broker said of the subscription.</param>
    /// <param name="gone">Nobody waits any more.</param>
    Task ReceiveAsync(SubscriptionKey key, PullTerms terms, Func<PulledMessages, SubscriptionTerms, Task> deliver, CancellationToken gone);
}
