using System.Buffers.Binary;

namespace Forewave.Bench.Peers.Workloads;

/// <summary>What every message carries at the start of its body, so that the consumer can account for it.</summary>
/// <remarks>
/// Layout, little-endian: 0 magic (4) · 4 producer (4) · 8 sequence (8) · 16 intended send, in Stopwatch ticks (8) · 24 filler.
/// The filler does not repeat within a body, so that a broker or disk that compresses gains nothing it would not gain elsewhere.
/// </remarks>
internal readonly record struct MessageStamp
{
    /// <summary>The smallest body of a workload.</summary>
    public const int SizeBytes = 24;

    private const uint Magic = 0x4657_4D31;
    private static readonly byte[] Filler = MakeFiller();

    /// <summary>0 for the first producer of the workload.</summary>
    public required int Producer { get; init; }

    /// <summary>0 for the first message of its producer.</summary>
    public required int Sequence { get; init; }

    /// <summary>When the schedule wanted it sent, in Stopwatch ticks.</summary>
    public required long IntendedTicks { get; init; }

    /// <summary>Fills <paramref name="body"/> wholly.</summary>
    public void WriteTo(Span<byte> body)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(body, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], Producer);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(body[16..], IntendedTicks);
        Filler.AsSpan(0, body.Length - SizeBytes).CopyTo(body[SizeBytes..]);
    }

    /// <summary>False when the body was not written by <see cref="WriteTo"/>, or its end differs from what was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out MessageStamp stamp)
    {
        stamp = default;
        if (body.Length < SizeBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) != Magic)
        {
            return false;
        }

        stamp = new MessageStamp
        {
            Producer = BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            Sequence = (int)BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
            IntendedTicks = BinaryPrimitives.ReadInt64LittleEndian(body[16..]),
        };
        return body.Length == SizeBytes || body[^1] == Filler[body.Length - SizeBytes - 1];
    }

    private static byte[] MakeFiller()
    {
        var filler = new byte[1 << 20];
        new Random(7600).NextBytes(filler);
        return filler;
    }
}
