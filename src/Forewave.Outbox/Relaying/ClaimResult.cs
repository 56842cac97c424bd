using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>What became of a claim, or of its part for one partition. All rows that <see cref="Changes"/> does not name are stored.</summary>
internal sealed record ClaimResult
{
    /// <summary>Rows that are not stored, or of which nobody knows.</summary>
    public required IReadOnlyList<RowChange> Changes { get; init; }

    /// <summary>Partitions whose producer id is given up.</summary>
    public IReadOnlyList<PartitionNumber> Abandoned { get; init; } = [];

    /// <summary>Queues whose slots have changed.</summary>
    public IReadOnlyList<QueueName> Moved { get; init; } = [];

    /// <summary>Queues that cannot be opened, and why.</summary>
    public IReadOnlyDictionary<QueueName, ForewaveException> Closed { get; init; } = new Dictionary<QueueName, ForewaveException>();

    /// <summary>Queues of which rows were refused and go again.</summary>
    public IReadOnlyList<QueueName> Held { get; init; } = [];

    /// <summary>Why rows were refused that go again; null: none were.</summary>
    public ForewaveException? Refusal { get; init; }

    /// <summary>Several parts as one.</summary>
    public static ClaimResult Of(IReadOnlyList<ClaimResult> parts) => new()
    {
        Changes = [.. parts.SelectMany(part => part.Changes)],
        Abandoned = [.. parts.SelectMany(part => part.Abandoned)],
        Moved = [.. parts.SelectMany(part => part.Moved)],
        Closed = parts.SelectMany(part => part.Closed).GroupBy(one => one.Key).ToDictionary(group => group.Key, group => group.First().Value),
        Held = [.. parts.SelectMany(part => part.Held).Distinct()],
        Refusal = parts.Select(part => part.Refusal).FirstOrDefault(refusal => refusal is not null),
    };
}
