using Forewave.Broker.Deduplication;
using Forewave.Broker.Ingest;
using Forewave.Broker.Quotas;
using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>Messages that a producer adds to a transaction. The batches are valid, and their bytes the session's until the request was appended.</summary>
internal sealed record PrepareRequest
{
    /// <summary>Whose messages.</summary>
    public required Producer Producer { get; init; }

    /// <summary>Which transaction.</summary>
    public required LogPosition Transaction { get; init; }

    /// <summary>The messages; their sequences are their numbers in the transaction.</summary>
    public required PendingBatch[] Batches { get; init; }

    /// <summary>The deduplication ids of its messages.</summary>
    public required IdClaims Claims { get; init; }

    /// <summary>Who is answered.</summary>
    public required PrepareAnswer Answer { get; init; }

    /// <summary>What its connection and user may publish.</summary>
    public required SessionQuota Quota { get; init; }

    /// <summary>Whether its user may publish to a queue, by its number; null: to all.</summary>
    public Func<uint, bool>? MayPublish { get; init; }

    /// <summary>Switches and quotas have taken it, and quotas are charged.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>Number of the first message.</summary>
    public ulong First => Batches[0].FirstSequence;

    /// <summary>How many messages.</summary>
    public int Messages => Batches.Sum(batch => batch.Count);

    /// <summary>Bytes of them.</summary>
    public long Bytes => Batches.Sum(batch => (long)batch.Messages.Length);
}
