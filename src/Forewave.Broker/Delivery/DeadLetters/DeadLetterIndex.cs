using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// The dead letters of one group: a queue index of its own in the store, of which this knows the bounds, what is gone from it
/// and what was redriven. Changed by records alone. For the loop alone.
/// </summary>
internal sealed class DeadLetterIndex(uint id)
{
    private readonly List<RedriveBatch> _redrives = [];
    private readonly Dictionary<long, long> _placeOfOffset = [];
    private readonly Places _gone = new();
    private readonly DeadOffsets _offsets = new();
    private readonly HashSet<long> _buried = [];

    /// <summary>The index's number in the store.</summary>
    public uint Id { get; } = id;

    /// <summary>Everything before this place is gone.</summary>
    public long First { get; private set; } = 1;

    /// <summary>The place that the next dead letter gets.</summary>
    public long End { get; private set; } = 1;

    /// <summary>Dead letters that can be listed, redriven or purged.</summary>
    public long Count => End - First - _gone.Count - RedriveCount - _placeOfOffset.Count;

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

    /// <summary>There is a dead letter at a place: not gone, not redriven.</summary>
    public bool Has(long place) =>
        place >= First && place < End && !_gone.Contains(place) && !_placeOfOffset.ContainsValue(place)
        && !_redrives.Exists(batch => batch.Places.Contains(place));

    /// <summary>All places that <see cref="Has"/> a dead letter, as ranges.</summary>
    public IEnumerable<PlaceRange> All()
    {
        var without = new Places();
        foreach (var range in _gone.Ranges.Concat(_redrives.SelectMany(batch => batch.Places.Ranges)))
            without.Add(range);
        foreach (long place in _placeOfOffset.Values)
            without.Add(PlaceRange.One(place));
        long next = First;
        foreach (var range in without.Ranges)
        {
            if (range.First > next)
                yield return new PlaceRange { First = next, End = range.First };
            next = Math.Max(next, range.End);
        }
        if (End > next)
            yield return new PlaceRange { First = next, End = End };
    }

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

    /// <summary>Adds the offsets of a span whose messages are dead letters, be they redriven or not. Costs as much as <see cref="FindPlace"/>.</summary>
    public void AddDead(OffsetSpan span, SortedSet<long> found)
    {
        _offsets.AddWithin(span, found);
        found.UnionWith(_buried.Where(offset => offset >= span.First && offset < span.End));
    }

    /// <summary>Dead letters are available to the group again.</summary>
    public void Redrive(long afterOffset, Places places) => _redrives.Add(new RedriveBatch(afterOffset, places));

    /// <summary>A redriven one was handed out.</summary>
    public void HandOut(in RecordRun run)
    {
        foreach (var batch in _redrives)
            batch.Places.Remove(PlaceRange.One(run.Place));
        _redrives.RemoveAll(batch => batch.Places.Count == 0);
        _placeOfOffset[run.First] = run.Place;
    }

    /// <summary>The group begins anew: what was redriven and handed out is a dead letter again.</summary>
    public void TakeBack() => _placeOfOffset.Clear();

    /// <summary>The messages of a run were settled: where they were redriven, their old dead letters are gone.</summary>
    public void Settled(long first, int count)
    {
        if (_placeOfOffset.Count > 0)
            SettledWhere(offset => offset >= first && offset < first + count);
    }

    /// <summary>Messages were settled: where they were redriven, their old dead letters are gone.</summary>
    public void SettledWhere(Func<long, bool> settled)
    {
        if (_placeOfOffset.Count == 0)
            return;
        foreach (long offset in _placeOfOffset.Keys.Where(settled).ToArray())
        {
            _placeOfOffset.Remove(offset, out long place);
            Purge(PlaceRange.One(place));
        }
    }

    /// <summary>Dead letters are gone for good.</summary>
    public void Purge(PlaceRange range)
    {
        foreach (var batch in _redrives)
            batch.Places.Remove(range);
        _redrives.RemoveAll(batch => batch.Places.Count == 0);
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
            batch.Places.Write(writer);
        }
        writer.UInt32((uint)_placeOfOffset.Count);
        foreach (var (offset, place) in _placeOfOffset.OrderBy(pair => pair.Key))
        {
            writer.Int64(offset);
            writer.Int64(place);
        }
        _offsets.Write(writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="withOffsets">False: an earlier version wrote it, which did not know the offsets of dead letters.</param>
    public void Read(ref RecordReader reader, bool withOffsets)
    {
        First = reader.Int64();
        End = reader.Int64();
        _gone.Read(ref reader);
        int redrives = reader.Count();
        for (int i = 0; i < redrives; i++)
        {
            long after = reader.Int64();
            var places = new Places();
            places.Read(ref reader);
            _redrives.Add(new RedriveBatch(after, places));
        }
        int outstanding = reader.Count();
        for (int i = 0; i < outstanding; i++)
            _placeOfOffset[reader.Int64()] = reader.Int64();
        if (withOffsets)
            _offsets.Read(ref reader);
    }
}
