namespace Forewave.Broker.Delivery.Administration;

/// <summary>What an operation on dead letters did, or a page of it.</summary>
/// <param name="Operation">Its number.</param>
/// <param name="Messages">How many dead letters it touched.</param>
internal readonly record struct DeadDone(ulong Operation, long Messages);
