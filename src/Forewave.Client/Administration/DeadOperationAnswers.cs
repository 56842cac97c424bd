using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>What the broker answers about operations on dead letters, in the types of the SDK. Stateless.</summary>
internal static class DeadOperationAnswers
{
    public static DeadOperation ToOperation(V1.DeadOperation operation) => new()
    {
        Number = (long)operation.Number,
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
        Undone = (long)operation.Undone,
        Client = operation.Client,
        Address = operation.Address,
        Begun = DateTimeOffset.FromUnixTimeMilliseconds((long)operation.Begun),
        Ended = operation.Ended == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)operation.Ended),
        Scanned = (long)operation.Scanned,
        Messages = (long)operation.Messages,
    };

    public static DeadResult ToResult(V1.DeadResult result) => new()
    {
        Place = (long)result.Place,
        Offset = result.Offset == 0 ? null : new Offset((long)result.Offset),
        State = (DeadResultState)result.State,
        DeadAt = result.Now == 0 || result.State != V1.DeadResultState.Dead ? null : (long)result.Now,
    };

    public static DeadDone ToDone(V1.Changed changed) => new() { Operation = (long)changed.Operation, Messages = (long)changed.Messages };
}
