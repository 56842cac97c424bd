using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// The slices that count and the memory that they share. Changed under the gate of <see cref="KeyIndex"/>; the list itself may be
/// read by anybody. A slice that was replaced is kept on disk as long as the last checkpoint names it, or the one before on which
/// the store may fall back.
/// </summary>
internal sealed class KeySlices
{
    /// <summary>Bits of a full filter for each entry.</summary>
    public const int FilterBits = 16;

    /// <summary>How often a filter is folded in half at most.</summary>
    private const int MaxFolds = 2;

    private readonly long _maxBytes;
    private readonly List<KeySlice> _retired = [];
    private readonly List<SliceNumber> _keptNumbers = [];
    private HashSet<SliceNumber> _inForce = [];
    private HashSet<SliceNumber> _before = [];
    private HashSet<SliceNumber>? _beingNamed;
    private volatile KeySlice[] _all = [];

    public KeySlices(long maxBytes) => _maxBytes = maxBytes;

    /// <summary>All of them.</summary>
    public IReadOnlyList<KeySlice> All => _all;

    /// <summary>Entries in them.</summary>
    public long Count => _all.Sum(slice => slice.Count);

    /// <summary>Memory that they take.</summary>
    public long Bytes => _all.Sum(slice => slice.Bytes);

    /// <summary>The highest number given.</summary>
    public SliceNumber LastNumber { get; private set; } = SliceNumber.Before(SliceOwner.Keys);

    /// <summary>Gives a number.</summary>
    public SliceNumber NextNumber() => LastNumber = LastNumber.Next;

    /// <summary>Recovery: numbers up to here were given.</summary>
    public void Restore(SliceNumber last) => LastNumber = last.Value > LastNumber.Value ? last : LastNumber;

    /// <summary>Recovery: what the checkpoint in force names, and what is kept for the one before.</summary>
    public void Restore(IEnumerable<SliceNumber> named, IEnumerable<SliceNumber> kept)
    {
        _inForce = [.. named];
        _keptNumbers.AddRange(kept);
    }

    /// <summary>Adds a slice.</summary>
    public void Add(KeySlice slice) => _all = [.. _all, slice];

    /// <summary>Puts a slice in the place of others, or nothing.</summary>
    public void Replace(IReadOnlyList<KeySlice> sources, KeySlice? merged)
    {
        _all = [.. _all.Where(slice => !sources.Contains(slice)), .. merged is null ? Array.Empty<KeySlice>() : [merged]];
        _retired.AddRange(sources);
    }

    /// <summary>
    /// Makes room for the filter of a slice with so many entries: others are folded, the largest first, or given up. Returns how often
    /// the new one is folded; null: memory has no room for it.
    /// </summary>
    public int? MakeRoom(long entries)
    {
        long blocks = IdFilter.BlocksFor(entries, FilterBits) * IdFilter.BlockBytes;
        for (int folds = 0; folds <= MaxFolds; folds++)
        {
            while (Bytes + (blocks >> folds) > _maxBytes && Largest(folds) is { } largest)
                largest.Filter = largest.Filter!.Fold();
            if (Bytes + (blocks >> folds) <= _maxBytes)
                return folds;
        }
        return null;
    }

    /// <summary>A checkpoint is being written: names all slices.</summary>
    /// <param name="unopened">Those that it names besides.</param>
    public IReadOnlyList<KeySlice> Name(IEnumerable<SliceNumber> unopened)
    {
        var all = _all;
        _beingNamed = [.. all.Select(slice => slice.Number), .. unopened];
        return all;
    }

    /// <summary>Slices that the last checkpoint names and the one that is being written does not.</summary>
    public IReadOnlyList<SliceNumber> KeptNumbers() => [.. _inForce.Where(number => _beingNamed?.Contains(number) != true)];

    /// <summary>The checkpoint that was being written counts, or was given up. Returns slices that nobody needs then.</summary>
    public IReadOnlyList<SliceNumber> CheckpointEnded(bool counts)
    {
        var named = _beingNamed;
        _beingNamed = null;
        if (!counts || named is null)
            return [];
        _before = _inForce;
        _inForce = named;
        SliceNumber[] useless = [.. _keptNumbers];
        _keptNumbers.Clear();
        return useless;
    }

    /// <summary>Takes those out that were replaced and that no checkpoint names: they can be deleted.</summary>
    public IReadOnlyList<SliceNumber> TakeUseless()
    {
        var useless = _retired.Where(slice => !IsNamed(slice.Number)).ToArray();
        _retired.RemoveAll(useless.Contains);
        return [.. useless.Select(slice => slice.Number)];
    }

    private KeySlice? Largest(int folds) => _all
        .Where(slice => slice.Filter is { } filter && filter.Folds < Math.Min(folds + 1, MaxFolds))
        .MaxBy(slice => slice.Filter!.Bytes);

    private bool IsNamed(SliceNumber number) =>
        _inForce.Contains(number) || _before.Contains(number) || _beingNamed?.Contains(number) == true;
}
