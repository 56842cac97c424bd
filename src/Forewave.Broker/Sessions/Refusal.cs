using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Broker.Sessions;

/// <summary>Why connections are refused, and until when that may be about to change. Thread-safe.</summary>
public sealed record Refusal
{
    /// <summary>The error, as it is known at the moment.</summary>
    public required Func<Error> Why { get; init; }

    /// <summary>
    /// Completes when a master of a partition is known that serves under a later epoch than this; ends when it is cancelled. Default: at once.
    /// </summary>
    public Func<PartitionNumber, ulong, CancellationToken, Task> LaterAsync { get; init; } = static (_, _, _) => Task.CompletedTask;
}
