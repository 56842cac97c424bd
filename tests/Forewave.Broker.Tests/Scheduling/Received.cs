using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>A message that was received.</summary>
internal sealed record Received
{
    public Received(string name, V1.DeliveredRun run, int index) =>
        (Name, Position, Offset, PublishTime) = (name, run.FirstPosition + (ulong)index, run.FirstOffset + (ulong)index, run.PublishTime);

    public string Name { get; }

    public ulong Position { get; }

    public ulong Offset { get; }

    public ulong PublishTime { get; }
}
