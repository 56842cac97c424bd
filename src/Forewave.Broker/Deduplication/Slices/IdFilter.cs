using System.Numerics;
using System.Runtime.InteropServices;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// A blocked Bloom filter: each hash sets four bits of one block of 64 bytes, so that a question costs one line of cache. Blocks
/// are in the order of the hashes. Immutable once it is filled.
/// <para>
/// What it says in error, in a hundred: 0.03 with 32 bits an id, 0.3 with 16, 3 with 8, 17 with 4.
/// </para>
/// </summary>
internal sealed class IdFilter
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 64;

    /// <summary>How often a filter is folded in half at most.</summary>
    public const int MaxFolds = 3;

    private const int WordsPerBlock = BlockBytes / sizeof(ulong);
    private const int LeastBits = 4;

    private readonly ulong[] _words;
    private readonly long _fullBlocks;

    /// <param name="fullBlocks">What <see cref="BlocksFor"/> says.</param>
    /// <param name="folds">How often it is folded from the beginning.</param>
    public IdFilter(long fullBlocks, int folds)
    {
        _fullBlocks = fullBlocks;
        Folds = folds;
        _words = new ulong[(fullBlocks >> folds) * WordsPerBlock];
    }

    /// <summary>How often it was folded: with each fold half as many bits.</summary>
    public int Folds { get; }

    /// <summary>Whether it can be folded once more.</summary>
    public bool MayFold => Folds < MaxFolds && (_fullBlocks >> Folds) % 2 == 0;

    /// <summary>Memory that it takes.</summary>
    public long Bytes => _words.Length * (long)sizeof(ulong);

    /// <summary>Blocks of a full filter for so many ids, such that it can be folded to four bits an id.</summary>
    /// <param name="ids">Ids, or keys.</param>
    /// <param name="bits">Bits for each: 4 and a power of two times as many.</param>
    public static long BlocksFor(long ids, int bits)
    {
        long blocks = Math.Max(1, (ids * bits + BlockBytes * 8 - 1) / (BlockBytes * 8));
        int unit = bits / LeastBits;
        return (blocks + unit - 1) / unit * unit;
    }

    /// <summary>How often a filter of so many blocks can be folded, where it should be so often.</summary>
    public static int FoldsOf(long fullBlocks, int folds) => Math.Min(folds, BitOperations.TrailingZeroCount(fullBlocks));

    /// <summary>The block of a full filter that a hash belongs to.</summary>
    public static long BlockOf(in IdHash hash, long blocks) => (long)Math.BigMul(hash.High, (ulong)blocks, out _);

    /// <summary>Sets a hash's bits in its block.</summary>
    public static void Add(in IdHash hash, Span<ulong> block)
    {
        ulong bits = hash.Low;
        for (int i = 0; i < 4; i++, bits >>= 9)
            block[(int)(bits >> 6) & 7] |= 1UL << (int)(bits & 63);
    }

    /// <summary>Whether a block may have a hash.</summary>
    public static bool MayHave(in IdHash hash, ReadOnlySpan<ulong> block)
    {
        ulong bits = hash.Low;
        for (int i = 0; i < 4; i++, bits >>= 9)
        {
            if ((block[(int)(bits >> 6) & 7] & 1UL << (int)(bits & 63)) == 0)
                return false;
        }
        return true;
    }

    /// <summary>Whether it may have a hash; what was added it always has.</summary>
    public bool MayHave(in IdHash hash) => MayHave(hash, BlockAt(BlockOf(hash, _fullBlocks)));

    /// <summary>Adds a block of the full filter.</summary>
    public void Add(long fullBlock, ReadOnlySpan<ulong> block)
    {
        var mine = BlockAt(fullBlock);
        for (int i = 0; i < WordsPerBlock; i++)
            mine[i] |= block[i];
    }

    /// <summary>The same filter with half as many bits: neighbouring blocks become one.</summary>
    public IdFilter Fold()
    {
        var folded = new IdFilter(_fullBlocks, Folds + 1);
        for (int i = 0; i < _words.Length; i++)
            folded._words[i / (2 * WordsPerBlock) * WordsPerBlock + i % WordsPerBlock] |= _words[i];
        return folded;
    }

    private Span<ulong> BlockAt(long fullBlock) =>
        MemoryMarshal.CreateSpan(ref _words[(fullBlock >> Folds) * WordsPerBlock], WordsPerBlock);
}
