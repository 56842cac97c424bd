namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A connection of a scenario, never given twice, and the last event before it was opened.</summary>
internal readonly record struct ConnectionNumber(int Value)
{
    public int ConnectedAfter { get; init; }
}
