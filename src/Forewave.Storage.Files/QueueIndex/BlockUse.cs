using System.Buffers;
using System.Buffers.Binary;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// Which blocks of the index files a checkpoint refers to, one bit each, and the few that were taken or freed while it was
/// written, so that only a look tells. On disk, little-endian: u32 blocks, u32 doubtful, the bits (64 to a word), u32 each
/// doubtful one, u32 held, u32 each held one.
/// </summary>
internal sealed class BlockUse
{
    private const int WordBits = 64;
    private readonly ulong[] _words;

    /// <summary>So many blocks, all in use.</summary>
    public BlockUse(int length)
    {
        Length = length;
        _words = new ulong[(length + WordBits - 1) / WordBits];
        Array.Fill(_words, ulong.MaxValue);
    }

    public int Length { get; }

    /// <summary>Taken or freed while the checkpoint was written.</summary>
    public List<BlockNumber> Doubtful { get; } = [];

    /// <summary>Not in use by this checkpoint, but maybe by the one before it.</summary>
    public List<BlockNumber> Held { get; } = [];

    /// <summary>Whether a block is in use.</summary>
    public bool this[BlockNumber number]
    {
        get => (_words[number.Value / WordBits] >> (int)(number.Value % WordBits) & 1) != 0;
        set
        {
            ulong bit = 1UL << (int)(number.Value % WordBits);
            ref ulong word = ref _words[number.Value / WordBits];
            word = value ? word | bit : word & ~bit;
        }
    }

    public void WriteTo(IBufferWriter<byte> writer)
    {
        int length = 12 + (_words.Length * sizeof(ulong)) + ((Doubtful.Count + Held.Count) * sizeof(uint));
        Span<byte> bytes = writer.GetSpan(length)[..length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Doubtful.Count);
        bytes = bytes[8..];
        foreach (ulong word in _words)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
            bytes = bytes[sizeof(ulong)..];
        }

        bytes = Write(bytes, Doubtful);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Held.Count);
        Write(bytes[sizeof(uint)..], Held);
        writer.Advance(length);
    }

    public static BlockUse Read(ReadOnlySpan<byte> bytes)
    {
        BlockUse use = new(BinaryPrimitives.ReadInt32LittleEndian(bytes));
        int doubtful = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        bytes = bytes[8..];
        for (int i = 0; i < use._words.Length; i++)
        {
            use._words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            bytes = bytes[sizeof(ulong)..];
        }

        bytes = Read(bytes, doubtful, use.Doubtful);
        Read(bytes[sizeof(uint)..], BinaryPrimitives.ReadInt32LittleEndian(bytes), use.Held);
        return use;
    }

    private static Span<byte> Write(Span<byte> bytes, List<BlockNumber> numbers)
    {
        foreach (BlockNumber number in numbers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number.Value);
            bytes = bytes[sizeof(uint)..];
        }

        return bytes;
    }

    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> bytes, int count, List<BlockNumber> numbers)
    {
        for (int i = 0; i < count; i++)
        {
            numbers.Add(new BlockNumber(BinaryPrimitives.ReadUInt32LittleEndian(bytes)));
            bytes = bytes[sizeof(uint)..];
        }

        return bytes;
    }
}
