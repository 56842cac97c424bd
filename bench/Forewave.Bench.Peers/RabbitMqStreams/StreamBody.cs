using System.Buffers.Binary;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>A message in a stream is in AMQP 1.0's encoding, so that any client can read it: here one data section.</summary>
/// <remarks>Layout: 00 53 75 (the section) · B0 (bytes, long form) · length (4, big-endian) · body.</remarks>
internal static class StreamBody
{
    public const int HeaderBytes = 8;
    private const uint DataSection = 0x005375B0;

    public static void WriteHeader(Span<byte> target, int bodyBytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(target, DataSection);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], bodyBytes);
    }

    /// <summary>Throws when this is not one data section in the long form.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> message) =>
        message.Length >= HeaderBytes
        && BinaryPrimitives.ReadUInt32BigEndian(message) == DataSection
        && BinaryPrimitives.ReadInt32BigEndian(message[4..]) == message.Length - HeaderBytes
            ? message[HeaderBytes..]
            : throw new InvalidDataException($"A message of {message.Length} bytes that is no data section.");
}
