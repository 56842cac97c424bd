using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>What a benchmark is to read.</summary>
internal sealed record BenchReadPlan
{
    /// <summary>The broker.</summary>
    public required string Server { get; init; }

    /// <summary>Each has at least one consumer.</summary>
    public required IReadOnlyList<QueueName> Queues { get; init; }

    /// <summary>Through which.</summary>
    public required GroupName Group { get; init; }

    /// <summary>Connections, and consumers if there are fewer queues.</summary>
    public int Consumers { get; init; } = 1;

    /// <summary>One ack for all that was received before; needs a consumer per queue.</summary>
    public bool AcksUpTo { get; init; }

    /// <summary>Messages were published with so many ordering keys or priorities in turn, and are in order within each; 0: without.</summary>
    public int Lanes { get; init; }

    /// <summary>Where a new group starts.</summary>
    public StartAt Start { get; init; } = StartAt.Earliest;

    /// <summary>The order of deliveries means something: one consumer reads each queue, or keys keep it.</summary>
    public bool IsOrdered => HasOrderingKeys || Consumers <= Queues.Count;

    /// <summary>What the lanes are: ordering keys, which keep their order between consumers too.</summary>
    public bool HasOrderingKeys { get; init; }
}
