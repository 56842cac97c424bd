namespace Forewave.Broker.Tests.Delivery;

/// <summary>A message as a consumer of the tests got it.</summary>
internal sealed record DeliveredMessage(long Offset, uint Attempt, uint Epoch, string Body)
{
    public bool IsRedriven { get; init; }

    public uint Subscription { get; init; }

    public ulong Position { get; init; }

    public string Producer { get; init; } = "";

    public int Frame { get; init; }
}
