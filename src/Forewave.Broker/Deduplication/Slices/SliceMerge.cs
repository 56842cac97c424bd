using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>
/// Makes one slice of several, some thousand ids a step, without what has left its window; of one id the newest stays. One
/// thread's; blocks on the disk.
/// </summary>
internal sealed class SliceMerge
{
    private const int IdsPerStep = 8_192;
    private readonly PriorityQueue<SliceCursor, (IdHash Hash, long NewestFirst)> _cursors;
    private readonly IdSliceWriter _writer;
    private readonly Func<uint, TimeSpan> _windowOf;
    private readonly IdTime _now;
    private IdHash? _last;

    /// <param name="slices">Where they are.</param>
    /// <param name="sources">What is merged.</param>
    /// <param name="writer">Takes the result.</param>
    /// <param name="windowOf">The window of a queue; zero: the queue is gone.</param>
    /// <param name="now">What has left its window by then is dropped.</param>
    public SliceMerge(
        ISlices slices, IReadOnlyList<IdSlice> sources, IdSliceWriter writer, Func<uint, TimeSpan> windowOf, IdTime now)
    {
        Sources = sources;
        _writer = writer;
        _windowOf = windowOf;
        _now = now;
        _cursors = new PriorityQueue<SliceCursor, (IdHash, long)>(
            Comparer<(IdHash Hash, long NewestFirst)>.Create(static (left, right) =>
            {
                int order = left.Hash.CompareTo(right.Hash);
                return order != 0 ? order : left.NewestFirst.CompareTo(right.NewestFirst);
            }));
        foreach (var source in sources)
            Advance(new SliceCursor(slices, source));
    }

    /// <summary>What is merged.</summary>
    public IReadOnlyList<IdSlice> Sources { get; }

    /// <summary>Goes on. True: all of it was written.</summary>
    public bool Step()
    {
        for (int i = 0; i < IdsPerStep; i++)
        {
            if (!_cursors.TryDequeue(out var cursor, out _))
                return true;
            var known = cursor.Current;
            if (known.Hash != _last)
                Take(known);
            _last = known.Hash;
            Advance(cursor);
        }
        return false;
    }

    /// <summary>The result; null: nothing was left.</summary>
    public IdSlice? Complete() => _writer.Complete();

    /// <summary>Deletes what was written of the result.</summary>
    public void Discard() => _writer.Discard();

    private void Take(in KnownId known)
    {
        var window = _windowOf(known.Queue);
        if (known.Time.IsWithin(window, _now))
            _writer.Add(known, window);
    }

    private void Advance(SliceCursor cursor)
    {
        if (cursor.MoveNext())
            _cursors.Enqueue(cursor, (cursor.Current.Hash, -(long)cursor.Current.Position.Bits));
    }
}
