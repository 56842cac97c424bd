using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>What the broker answers about operations on dead letters, in the types of the SDK. Stateless.</summary>
internal static class DeadOperationAnswers
{
    public static DeadOperation ToOperation(V1.DeadOperation operation, PartitionNumber? partition) => new()
    {
        Id = new DeadOperationId((long)operation.Number, partition),
        Queue = new QueueName(operation.Queue),
        Group = new GroupName(operation.Group),
        State = (DeadOperationState)operation.State,
        Terms = new DeadOperationTerms
        {
            Action = (DeadAction)operation.Action,
            Filter = operation.Filter,
            Rate = operation.Rate,
            Reason = operation.Reason,
            ForGood = operation.ForGood,
        },
        IsNamed = operation.Named,
        Undone = DeadOperationId.Of(operation.Undone, partition),
        Client = operation.Client,
        Address = operation.Address,
        Begun = DateTimeOffset.FromUnixTimeMilliseconds((long)operation.Begun),
        Ended = operation.Ended == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)operation.Ended),
        Scanned = (long)operation.Scanned,
        Messages = (long)operation.Messages,
    };

    /// <summary>What was begun at several partitions by one call, as one.</summary>
    public static DeadOperation Join(IReadOnlyList<DeadOperation> parts) => parts.Count == 1 ? parts[0] : parts[0] with
    {
        Id = DeadOperationId.Join(parts.Select(one => one.Id))!,
        Undone = DeadOperationId.Join(parts.Select(one => one.Undone)),
        State = StateOf(parts),
        Terms = parts[0].Terms with { Rate = parts.Sum(one => one.Terms.Rate) },
        Begun = parts.Min(one => one.Begun),
        Ended = parts.Any(one => one.Ended is null) ? null : parts.Max(one => one.Ended),
        Scanned = parts.Sum(one => one.Scanned),
        Messages = parts.Sum(one => one.Messages),
    };

    public static DeadResult ToResult(V1.DeadResult result, PartitionNumber? partition) => new()
    {
        Place = new DeadPlace((long)result.Place, partition),
        Offset = result.Offset == 0 ? null : new Offset((long)result.Offset),
        State = (DeadResultState)result.State,
        DeadAt = result.Now == 0 || result.State != V1.DeadResultState.Dead ? null : new DeadPlace((long)result.Now, partition),
    };

    /// <summary>What several partitions did at once.</summary>
    public static DeadDone ToDone(IReadOnlyList<PartitionAnswer> told) => new()
    {
        Operation = DeadOperationId.Join(told.Select(one => DeadOperationId.Of(one.Answer!.Changed.Operation, one.Partition))),
        Messages = told.Sum(one => (long)one.Answer!.Changed.Messages),
    };

    private static DeadOperationState StateOf(IReadOnlyList<DeadOperation> parts)
    {
        bool Is(DeadOperationState state) => parts.Any(one => one.State == state);
        return Is(DeadOperationState.Running) ? DeadOperationState.Running
            : Is(DeadOperationState.Cancelled) ? DeadOperationState.Cancelled
            : parts[0].State;
    }
}
