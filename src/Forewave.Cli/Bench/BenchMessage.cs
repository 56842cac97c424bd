using System.Buffers.Binary;

namespace Forewave.Cli.Bench;

/// <summary>
/// The first bytes of a benchmark's message, little-endian. Bodies from 24 bytes: producer u64, sequence i64, intended send
/// time i64 (nanoseconds of the monotonic clock of the host). From 16: without the time. From 8: the low 16 bits of the producer
/// and 48 bits of sequence in one u64. The rest of the body is noise.
/// </summary>
/// <param name="Producer">Random for each run of a benchmark in its upper 48 bits, then the producer's number in the run.</param>
/// <param name="Sequence">From 1, dense within the producer.</param>
/// <param name="IntendedTime">When it was to be sent; zero where the body is too small to say.</param>
internal readonly record struct BenchMessage(BenchProducerId Producer, long Sequence, BenchInstant IntendedTime)
{
    /// <summary>The smallest body that can be told from others.</summary>
    public const int MinBytes = 8;

    private const int SequenceBits = 48;

    /// <summary>Writes it to the begin of a body.</summary>
    public void WriteTo(Span<byte> body)
    {
        if (body.Length < 16)
        {
            ulong both = ((ulong)Producer.Number << SequenceBits) | (ulong)Sequence;
            BinaryPrimitives.WriteUInt64LittleEndian(body, both);
            return;
        }
        BinaryPrimitives.WriteUInt64LittleEndian(body, Producer.Bits);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], Sequence);
        if (body.Length >= 24)
            BinaryPrimitives.WriteInt64LittleEndian(body[16..], IntendedTime.Ticks);
    }

    /// <summary>Reads it; false when the body is none of a benchmark's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out BenchMessage message)
    {
        message = default;
        if (body.Length < MinBytes)
            return false;
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(body);
        if (body.Length < 16)
        {
            message = new BenchMessage(new BenchProducerId(first >> SequenceBits), (long)(first & ((1UL << SequenceBits) - 1)), default);
            return true;
        }
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(body[8..]);
        BenchInstant time = body.Length >= 24 ? new(BinaryPrimitives.ReadInt64LittleEndian(body[16..])) : default;
        message = new BenchMessage(new BenchProducerId(first), sequence, time);
        return sequence > 0;
    }
}
