using System.Buffers;

namespace Forewave.Protocol.Frames;

/// <summary>The smallest frames there are. Stateless; allocates nothing.</summary>
public static class HeartbeatFrames
{
    private const byte ClientPingTag = (int)ClientCommand.Ping << 3 | ProtoTag.Bytes;
    private const byte ClientPongTag = (int)ClientCommand.Pong << 3 | ProtoTag.Bytes;
    private const byte ServerPingTag = (int)ServerAnswer.Ping << 3 | ProtoTag.Bytes;
    private const byte ServerPongTag = (int)ServerAnswer.Pong << 3 | ProtoTag.Bytes;

    /// <summary>Writes a client's ping; the pong carries the correlation back.</summary>
    public static void WriteClientPing(IBufferWriter<byte> destination, CorrelationId correlation) =>
        Write(destination, correlation, ClientPingTag);

    /// <summary>Writes a client's answer to the broker's ping.</summary>
    public static void WriteClientPong(IBufferWriter<byte> destination) => Write(destination, CorrelationId.None, ClientPongTag);

    /// <summary>Writes the broker's ping, which has no correlation.</summary>
    public static void WriteServerPing(IBufferWriter<byte> destination) => Write(destination, CorrelationId.None, ServerPingTag);

    /// <summary>Writes the broker's answer to a client's ping.</summary>
    public static void WriteServerPong(IBufferWriter<byte> destination, CorrelationId correlation) =>
        Write(destination, correlation, ServerPongTag);

    private static void Write(IBufferWriter<byte> destination, CorrelationId correlation, byte tag)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int total = FrameEnvelopeWriter.FrameSize(correlation, 0);
        var writer = new ProtoWriter(destination.GetSpan(total));
        FrameEnvelopeWriter.WriteHead(ref writer, correlation, tag, 0);
        destination.Advance(total);
    }
}
