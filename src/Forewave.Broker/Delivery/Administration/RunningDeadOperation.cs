using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>An operation on dead letters that is running.</summary>
/// <param name="QueueId">The queue's number.</param>
/// <param name="Group">The group.</param>
/// <param name="Operation">How far it is.</param>
internal sealed record RunningDeadOperation(uint QueueId, GroupName Group, DeadOperation Operation);
