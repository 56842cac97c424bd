using Forewave.Broker.Delivery.Cursors;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>What became of a message in one group, at one moment.</summary>
internal sealed record GroupMessage
{
    /// <summary>The group.</summary>
    public required GroupName Group { get; init; }

    /// <summary>What became of it.</summary>
    public required MessageState State { get; init; }

    /// <summary>Its newest delivery; 0 where there was none, or it is not known any more.</summary>
    public uint Attempt { get; init; }

    /// <summary>Who has it.</summary>
    public string Consumer { get; init; } = "";

    /// <summary>Unix time in milliseconds since when it is so; 0 where that is not known.</summary>
    public long Since { get; init; }

    /// <summary>Unix time in milliseconds when its lease ends, or it can be handed out again; 0 where neither is true.</summary>
    public long Until { get; init; }

    /// <summary>Its place among the group's dead letters, as on the wire; 0: it is none.</summary>
    public long DeadPlace { get; init; }

    /// <summary>Why its ordering key is set aside.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Its failed attempts, oldest first; of a message that is settled or dead, nothing.</summary>
    public IReadOnlyList<FailedAttempt> History { get; init; } = [];
}
