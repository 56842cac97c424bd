using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// The slices that count, the oldest first, and the memory that they share. Changed under the gate of <see cref="KnownIds"/>; the
/// list itself may be read by anybody. A slice that was replaced is kept on disk as long as the last checkpoint
/// names it or the one before that, on which the store may fall back.
/// </summary>
internal sealed class IdSlices
{
    private readonly ISlices _store;
    private readonly long _maxBytes;
    private readonly List<IdSlice> _retired = [];
    private readonly List<SliceNumber> _keptNumbers = [];
    private HashSet<IdSlice> _inForce = [];
    private HashSet<IdSlice> _before = [];
    private HashSet<IdSlice>? _beingNamed;
    private volatile IdSlice[] _all = [];
    private ulong _lastNumber;

    public IdSlices(ISlices store, DeduplicationTerms terms)
    {
        _store = store;
        _maxBytes = terms.SliceBytes;
    }

    /// <summary>All of them, the oldest first.</summary>
    public IReadOnlyList<IdSlice> All => _all;

    /// <summary>Ids in them, those included that have left their window.</summary>
    public long Count => _all.Sum(slice => (long)slice.Count);

    /// <summary>Memory that they take.</summary>
    public long Bytes => _all.Sum(slice => slice.Bytes);

    /// <summary>The last table that was sealed.</summary>
    public ulong LastSeal { get; private set; }

    /// <summary>The highest number given.</summary>
    public ulong LastNumber => _lastNumber;

    /// <summary>Recovery: numbers up to here were given, tables up to there sealed.</summary>
    public void Restore(ulong lastNumber, SealRange seals)
    {
        _lastNumber = Math.Max(_lastNumber, lastNumber);
        LastSeal = Math.Max(LastSeal, seals.Last);
    }

    /// <summary>Recovery: adds a slice that the checkpoint in force names.</summary>
    public void Restore(IdSlice slice)
    {
        slice.IsSynced = true;
        _inForce.Add(slice);
        _all = [.. _all, slice];
    }

    /// <summary>Numbers a slice of a table that was sealed now.</summary>
    public IdSliceTerms TermsOfSealed(int ids, IdTime begin)
    {
        LastSeal++;
        return TermsOf(ids, begin, new SealRange { First = LastSeal, Last = LastSeal });
    }

    /// <summary>Numbers a slice that others are merged into, and makes room for its filter.</summary>
    public IdSliceTerms TermsOfMerged(IReadOnlyList<IdSlice> sources) => TermsOf(
        sources.Sum(source => (long)source.Count),
        new IdTime(sources.Min(source => source.Begin.Milliseconds)),
        new SealRange { First = sources[0].Seals.First, Last = sources[^1].Seals.Last });

    /// <summary>Adds the newest.</summary>
    public void Add(IdSlice slice) => _all = [.. _all, slice];

    /// <summary>Puts a slice in the place of those it was merged of, or nothing.</summary>
    public void Replace(IReadOnlyList<IdSlice> sources, IdSlice? merged)
    {
        var all = new List<IdSlice>(_all.Length);
        foreach (var slice in _all)
        {
            if (!sources.Contains(slice))
                all.Add(slice);
            else if (merged is not null && slice == sources[0])
                all.Add(merged);
        }
        _all = [.. all];
        _retired.AddRange(sources);
    }

    /// <summary>Whether a slice that was not asked yet may have a claim.</summary>
    public bool MayHaveNewer(in IdClaim claim)
    {
        var all = _all;
        for (int i = all.Length - 1; i >= 0 && all[i].Seals.Last > claim.AskedThrough; i--)
        {
            if (all[i].Filter.MayHave(claim.Hash))
                return true;
        }
        return false;
    }

    /// <summary>A queue's window became longer: what slices say of windows may be too short now.</summary>
    public void WindowGrew()
    {
        foreach (var slice in _all)
            slice.IsDoubtful = true;
    }

    /// <summary>A checkpoint is being written: names all slices.</summary>
    public IReadOnlyList<IdSlice> Name()
    {
        _beingNamed = [.. _all];
        return _all;
    }

    /// <summary>Pages that the last checkpoint names and the one that is being written does not.</summary>
    public IReadOnlyList<SliceNumber> KeptNumbers() =>
        [.. _inForce.Where(slice => !_all.Contains(slice)).SelectMany(slice => new[] { slice.Number, slice.FilterNumber })];

    /// <summary>Recovery: keeps pages for the checkpoint before the last, until there is another.</summary>
    public void Keep(IEnumerable<SliceNumber> numbers) => _keptNumbers.AddRange(numbers);

    /// <summary>The checkpoint that was being written counts, or was given up. Returns pages that nobody needs then.</summary>
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
    public IReadOnlyList<IdSlice> TakeUseless()
    {
        var useless = _retired.Where(slice => !IsNamed(slice)).ToArray();
        _retired.RemoveAll(useless.Contains);
        return useless;
    }

    /// <summary>Deletes slices that nobody names; not under the gate.</summary>
    public void Delete(IReadOnlyList<IdSlice> useless)
    {
        foreach (var slice in useless)
        {
            _store.Delete(slice.Number);
            _store.Delete(slice.FilterNumber);
        }
    }

    private bool IsNamed(IdSlice slice) =>
        _inForce.Contains(slice) || _before.Contains(slice) || _beingNamed?.Contains(slice) == true;

    private IdSliceTerms TermsOf(long ids, IdTime begin, SealRange seals)
    {
        long blocks = IdFilter.BlocksFor(ids, IdSliceTerms.FilterBits);
        long fences = ids / IdPage.Ids * sizeof(uint);
        int folds = 0;
        while (folds < IdFilter.MaxFolds && !TryMakeRoom(((blocks * IdFilter.BlockBytes) >> folds) + fences, folds))
            folds++;
        return new IdSliceTerms
        {
            Number = new SliceNumber(++_lastNumber),
            FilterNumber = new SliceNumber(++_lastNumber),
            MostIds = ids,
            Folds = folds,
            Begin = begin,
            Seals = seals,
        };
    }

    /// <summary>Folds filters that have more bits an id than the new one would have, the largest first, until it fits.</summary>
    private bool TryMakeRoom(long bytes, int folds)
    {
        while (Bytes + bytes > _maxBytes)
        {
            var largest = _all.Where(slice => slice.Filter.Folds <= folds && slice.Filter.MayFold)
                .MaxBy(slice => slice.Filter.Bytes);
            if (largest is null)
                return false;
            // Rather the new one with fewer bits than others with fewer than it.
            if (largest.Filter.Folds == folds && folds < IdFilter.MaxFolds && largest.Filter.Bytes < bytes)
                return false;
            largest.Filter = largest.Filter.Fold();
        }
        return true;
    }
}
