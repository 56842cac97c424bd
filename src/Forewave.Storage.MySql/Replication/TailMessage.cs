using Forewave.Protocol;

namespace Forewave.Storage.MySql.Replication;

/// <summary>A message that is only in a former master's database: nobody was answered for it.</summary>
public sealed record TailMessage
{
    /// <summary>Where it stands in that database's log; another message has or will have this position at the new master.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>The queue's name; <c>#7</c> where only its number is known.</summary>
    public required string Queue { get; init; }

    /// <summary>The number of its producer in the log.</summary>
    public required uint Producer { get; init; }

    /// <summary>The producer's sequence.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>When it came, by the former master's clock.</summary>
    public required DateTimeOffset PublishTime { get; init; }

    /// <summary>It was published for later.</summary>
    public required bool IsScheduled { get; init; }

    /// <summary>As its producer encoded it.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }
}
