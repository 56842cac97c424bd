using System.Buffers;
using Forewave.Protocol;

namespace Forewave.Broker.Sessions;

/// <summary>
/// The way out of one connection. Thread-safe; every call is short and never blocks on the peer. After the connection is
/// closed every call is accepted and does nothing.
/// </summary>
internal interface ISessionOutput
{
    /// <summary>Number of the connection, never used twice in one process.</summary>
    long ConnectionId { get; }

    /// <summary>The connection is gone: what is written goes nowhere.</summary>
    bool IsClosed { get; }

    /// <summary>
    /// The peer does not read what was sent: send no deliveries now; <see cref="NotifyDrained"/> tells when it reads again.
    /// </summary>
    bool IsCongested { get; }

    /// <summary>
    /// Writes one frame that answers no request (Delivery to credit, SubscriptionEnded). Not sent before <see cref="Flush"/>.
    /// </summary>
    /// <param name="frameBytes">Bytes of the whole frame with its length prefix.</param>
    /// <param name="state">Given to <paramref name="fill"/>.</param>
    /// <param name="fill">
    /// Fills a span of exactly <paramref name="frameBytes"/>, length prefix included, under the output's lock: short, calling
    /// nothing that takes a lock. Static lambdas keep the call free of allocations.
    /// </param>
    void Write<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct;

    /// <summary>
    /// As <see cref="Write"/>, for the one answer of a request: it makes room for another request in flight. Each frame with a
    /// correlation is answered exactly once, by this or by <see cref="WriteError"/>.
    /// </summary>
    void WriteAnswer<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct;

    /// <summary>Answers a request with an error. Not sent before <see cref="Flush"/>.</summary>
    /// <param name="correlation">The request's.</param>
    /// <param name="code">What went wrong; one that closes the connection closes it after the error is sent.</param>
    /// <param name="detail">What happened in this case; null: the error table's text.</param>
    /// <param name="retryAfter">How long to wait before a repeat; null: what the error table says.</param>
    void WriteError(ulong correlation, ErrorCode code, string? detail = null, TimeSpan? retryAfter = null);

    /// <summary>Sends what was written: call once after a burst of writes. Cheap when nothing was written.</summary>
    void Flush();

    /// <summary>
    /// Has <paramref name="observer"/> told once when the congestion is over, or the connection is closed. It is called at once
    /// when there is no congestion (any more).
    /// </summary>
    void NotifyDrained(IDrainObserver observer);
}
