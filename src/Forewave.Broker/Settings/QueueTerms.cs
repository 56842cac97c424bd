using Forewave.Broker.Quotas;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Settings;

/// <summary>What counts for one queue at a moment. Immutable; a queue keeps its own as long as the live settings stay as they are.</summary>
internal sealed class QueueTerms
{
    /// <summary>What it was made of.</summary>
    public required LiveTerms Live { get; init; }

    /// <summary>Why nothing is published to it; none: it takes messages.</summary>
    public ErrorCode PublishRefusal { get; init; }

    /// <summary>Its messages are handed out.</summary>
    public bool Consumes { get; init; } = true;

    /// <summary>It may be searched.</summary>
    public bool Searches { get; init; } = true;

    /// <summary>What may be published to it in a second.</summary>
    public RateQuota Rate { get; init; } = RateQuota.None;

    /// <summary>Messages that its slowest group may have to do; 0: no bound.</summary>
    public long MaxLength { get; init; }

    /// <summary>What its messages may not ask for.</summary>
    public MessageCapabilities Off { get; init; }
}
