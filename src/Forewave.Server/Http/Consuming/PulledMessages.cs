using Forewave.Protocol.Frames;

namespace Forewave.Server.Http.Consuming;

/// <summary>The payload of one Delivery, kept.</summary>
internal readonly struct PulledMessages(byte[] delivery)
{
    /// <summary>Walks its runs.</summary>
    public bool TryOpen(out DeliveryReader reader) => DeliveryReader.TryOpen(delivery, Whole, out reader, out _);

    /// <summary>The messages of one of its runs.</summary>
    public MessageRun MessagesOf(in DeliveredRunView run) => new(run.Messages.Of(delivery));

    /// <summary>It has none.</summary>
    public bool IsEmpty => !TryOpen(out var reader) || reader.RunCount == 0;

    private ByteRange Whole => new() { Start = 0, Length = delivery.Length };
}
