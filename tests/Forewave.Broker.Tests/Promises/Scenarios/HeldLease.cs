namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A lease as a consumer holds it.</summary>
internal readonly record struct HeldLease(long Offset, uint Attempt)
{
    public uint Epoch { get; init; }
}
