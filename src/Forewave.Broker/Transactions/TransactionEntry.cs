using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>What is shown of an open transaction.</summary>
internal sealed record TransactionEntry
{
    /// <summary>Log position of its beginning.</summary>
    public required LogPosition Id { get; init; }

    /// <summary>Its producer's name.</summary>
    public required string ProducerName { get; init; }

    /// <summary>When it was begun.</summary>
    public required Timestamp Begun { get; init; }

    /// <summary>How many messages.</summary>
    public required int Messages { get; init; }

    /// <summary>Bytes of them.</summary>
    public required long Bytes { get; init; }

    /// <summary>How often its producers were asked.</summary>
    public required int Checks { get; init; }

    /// <summary>It waits for an operator.</summary>
    public required bool IsWaiting { get; init; }

    /// <summary>Numbers of the queues that its messages are for.</summary>
    public required IReadOnlyList<uint> Queues { get; init; }
}
