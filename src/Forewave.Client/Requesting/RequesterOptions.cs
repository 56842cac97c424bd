using Forewave.Protocol;

namespace Forewave.Client.Requesting;

/// <summary>How a <see cref="Requester"/> works. Immutable.</summary>
public sealed record RequesterOptions
{
    /// <summary>The role under which requests are published; at most 64 bytes. Default: the client's name.</summary>
    public ProducerName? Name { get; init; }

    /// <summary>How long a request waits for its reply unless the call says otherwise. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that may wait for their replies at once; above it a request is refused (<c>BufferFull</c>). Default 10,000.</summary>
    public int MaxPending { get; init; } = 10_000;

    /// <summary>
    /// After so long without this program the broker deletes the reply queue. Longer than any interruption that requests are to
    /// survive; from 1 s. Default 10 minutes.
    /// </summary>
    public TimeSpan DeleteWhenIdle { get; init; } = TimeSpan.FromMinutes(10);
}
