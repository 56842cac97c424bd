using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// The dead letters of one group: a queue index of its own in the store, of which this knows the bounds, what is gone from it
/// what was redriven and what lies in the bin. Changed by records alone. For the loop alone.
/// </summary>
internal sealed class DeadLetterIndex(uint id)
{
    private readonly List<RedriveBatch> _redrives = [];
    private readonly Dictionary<long, long> _placeOfOffset = [];
    private readonly Places _gone = new();
    private readonly Places _out = new();
    private readonly DeadOffsets _offsets = new();
    private readonly HashSet<long> _buried = [];

    /// <summary>The index's number in the store.</summary>
    public uint Id { get; } = id;

    /// <summary>Everything before this place is gone.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The place that the next dead letter gets.</summary>
    public long End { get; private set; } = 1;

    /// <summary>Dead letters that can be listed, redriven or purged.</summary>
    public long Count => End - First - _gone.Count - RedriveCount - _out.Count - Bin.Count;

    /// <summary>Purged ones that can be brought back.</summary>
    public DeadBin Bin { get; } = new();

    /// <summary>Redrives with something that was not handed out yet, oldest first.</summary>
    public IReadOnlyList<RedriveBatch> Redrives => _redrives;

    /// <summary>Redriven ones that were not handed out yet.</summary>
    public long RedriveCount => _redrives.Count == 0 ? 0 : _redrives.Sum(batch => batch.Places.Count);

    /// <summary>A redriven one was handed out and is not settled.</summary>
    public bool AnyHandedOut => _placeOfOffset.Count > 0;

    /// <summary>
    /// The next redriven place after another one, of the redrives whose turn has come: first deliveries that were there before
    /// them go first. Null: there is none.
    /// </summary>
    public long? NextRedrive(OffsetSpan unread, long after)
    {
        foreach (var batch in _redrives)
        {
            if (unread.First < Math.Min(batch.AfterOffset, unread.End))
                continue;
            foreach (var range in batch.Places.Ranges)
            {
                if (range.End > after + 1)
                    return Math.Max(range.First, after + 1);
            }
        }
        return null;
    }

    /// <summary>A message of this offset comes from the dead letters.</summary>
    public bool IsRedriven(long offset) => _placeOfOffset.Count > 0 && _placeOfOffset.ContainsKey(offset);

    /// <summary>The place of a redriven message that was handed out.</summary>
    public bool TryPlaceOf(long offset, out long place) => _placeOfOffset.TryGetValue(offset, out place);

    /// <summary>There is a dead letter at a place: not gone, not in the bin, not redriven.</summary>
    public bool Has(long place) => place >= First && place < End && NextFree(place) == place;

    /// <summary>All places from one on that <see cref="Has"/> a dead letter, as ranges. What is not enumerated costs nothing.</summary>
    public IEnumerable<PlaceRange> From(long from)
    {
        for (long place = NextFree(Math.Max(from, First)); place < End;)
        {
            long end = Math.Min(Taken().Min(places => places.NextInside(place)), End);
            yield return new PlaceRange { First = place, End = end };
            place = NextFree(end);
        }
    }

    /// <summary>What of an operation can be taken back: redriven and handed out to nobody yet, or purged and in the bin.</summary>
    public Places TakeableBack(ulong operation) => Places.Of(_redrives.Where(batch => batch.Operation == operation)
        .SelectMany(static batch => batch.Places.Ranges)
        .Concat(Bin.Batches.Where(batch => batch.Operation == operation).SelectMany(static batch => batch.Places.Ranges)));

    /// <summary>The record of an offset's death was written: it is a dead letter, whose place comes with the commit.</summary>
    public void Bury(long offset) => _buried.Add(offset);

    /// <summary>The message of an offset is a dead letter that has no place yet.</summary>
    public bool IsBuried(long offset) => _buried.Contains(offset);

    /// <summary>The dead letter of an offset was dispatched; returns its place.</summary>
    public long Add(long offset)
    {
        _buried.Remove(offset);
        _offsets.Add(PlaceRange.One(End), offset);
        return End++;
    }

    /// <summary>
    /// The place of an offset's dead letter, be it redriven or not; null: it has none. Costs a look at 8 bytes of each dead letter.
    /// </summary>
    public long? FindPlace(long offset) => _offsets.Find(offset);

    /// <summary>Adds the offsets of a span whose messages are dead letters, be they redriven, in the bin or neither. Costs as much as <see cref="FindPlace"/>.</summary>
    public void AddDead(OffsetSpan span, SortedSet<long> found)
    {
        _offsets.AddWithin(span, found);
        found.UnionWith(_buried.Where(offset => offset >= span.First && offset < span.End));
    }

    /// <summary>The same for some offsets, of those that have one: one look at all dead letters.</summary>
    public Dictionary<long, long> FindPlaces(IReadOnlySet<long> offsets) => _offsets.FindAll(offsets);

    /// <summary>The offset of the dead letter at a place; 0: not known.</summary>
    public long OffsetAt(long place) => _offsets.At(place);

    /// <summary>
    /// Dead letters are available to the group again. The pages of one operation are one batch, whose turn comes as that of the first
    /// of them: publishes that go on meanwhile do not hold the rest up.
    /// </summary>
    public void Redrive(RedriveBatch added)
    {
        if (added.Places.Count == 0)
            return;
        if (added.Operation == 0 || _redrives.Find(batch => batch.Operation == added.Operation) is not { } known)
        {
            _redrives.Add(added);
            return;
        }
        foreach (var range in added.Places.Ranges)
            known.Places.Add(range);
    }

    /// <summary>What was redriven or purged is a dead letter again.</summary>
    public void TakeBack(Places places)
    {
        foreach (var range in places.Ranges)
        {
            NotRedriven(range);
            Bin.Remove(range);
        }
    }

    /// <summary>A redriven one was handed out.</summary>
    public void HandOut(in RecordRun run)
    {
        NotRedriven(PlaceRange.One(run.Place));
        if (_placeOfOffset.TryGetValue(run.First, out long before))
            _out.Remove(PlaceRange.One(before));
        _placeOfOffset[run.First] = run.Place;
        _out.Add(PlaceRange.One(run.Place));
    }

    /// <summary>The group begins anew: what was redriven and handed out is a dead letter again.</summary>
    public void TakeBack()
    {
        _placeOfOffset.Clear();
        _out.Clear();
    }

    /// <summary>The messages of a run were settled: where they were redriven, their old dead letters are gone.</summary>
    public void Settled(long first, int count)
    {
        if (_placeOfOffset.Count == 0)
            return;
        if (count > _placeOfOffset.Count)
        {
            SettledWhere(offset => offset >= first && offset < first + count);
            return;
        }
        for (long offset = first; offset < first + count; offset++)
            SettledOne(offset);
    }

    /// <summary>Messages were settled: where they were redriven, their old dead letters are gone.</summary>
    public void SettledWhere(Func<long, bool> settled)
    {
        if (_placeOfOffset.Count == 0)
            return;
        foreach (long offset in _placeOfOffset.Keys.Where(settled).ToArray())
            SettledOne(offset);
    }

    /// <summary>Dead letters are gone for good.</summary>
    public void Purge(Places places)
    {
        foreach (var range in places.Ranges)
            Purge(range);
    }

    /// <summary>Dead letters are gone for good.</summary>
    public void Purge(PlaceRange range)
    {
        NotRedriven(range);
        Bin.Remove(range);
        _gone.Add(range);
        _offsets.Remove(range);
        var ranges = _gone.Ranges;
        if (ranges[0].First <= First)
            First = Math.Max(First, Math.Min(ranges[0].End, End));
        _gone.Remove(new PlaceRange { First = 0, End = First });
    }

    /// <summary>Writes it into a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Int64(First);
        writer.Int64(End);
        _gone.Write(writer);
        writer.UInt32((uint)_redrives.Count);
        foreach (var batch in _redrives)
        {
            writer.Int64(batch.AfterOffset);
            writer.UInt64(batch.Operation);
            batch.Places.Write(writer);
        }
        writer.UInt32((uint)_placeOfOffset.Count);
        foreach (var (offset, place) in _placeOfOffset.OrderBy(pair => pair.Key))
        {
            writer.Int64(offset);
            writer.Int64(place);
        }
        _offsets.Write(writer);
        Bin.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="version">The version of the part: 4 first knew the offsets of dead letters, 8 operations and the bin.</param>
    public void Read(ref RecordReader reader, byte version)
    {
        First = reader.Int64();
        End = reader.Int64();
        _gone.Read(ref reader);
        int redrives = reader.Count();
        for (int i = 0; i < redrives; i++)
        {
            long after = reader.Int64();
            ulong operation = version > 7 ? reader.UInt64() : 0;
            _redrives.Add(new RedriveBatch(after, Places.ReadFrom(ref reader), operation));
        }
        int outstanding = reader.Count();
        for (int i = 0; i < outstanding; i++)
        {
            long offset = reader.Int64();
            long place = reader.Int64();
            _placeOfOffset[offset] = place;
            _out.Add(PlaceRange.One(place));
        }
        if (version > 3)
            _offsets.Read(ref reader);
        if (version > 7)
            Bin.Read(ref reader);
    }

    private void SettledOne(long offset)
    {
        if (!_placeOfOffset.Remove(offset, out long place))
            return;
        _out.Remove(PlaceRange.One(place));
        Purge(PlaceRange.One(place));
    }

    private void NotRedriven(PlaceRange range)
    {
        foreach (var batch in _redrives)
            batch.Places.Remove(range);
        _redrives.RemoveAll(static batch => batch.Places.Count == 0);
    }

    private IEnumerable<Places> Taken()
    {
        yield return _gone;
        yield return _out;
        foreach (var batch in _redrives)
            yield return batch.Places;
        foreach (var batch in Bin.Batches)
            yield return batch.Places;
    }

    /// <summary>The first place from one on that nothing else holds.</summary>
    private long NextFree(long place)
    {
        for (long before = -1; before != place;)
        {
            before = place;
            foreach (var places in Taken())
                place = places.NextOutside(place);
        }
        return place;
    }
}
