using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Makes one slice of a few, some thousand entries a step, without those of messages that are gone. One thread's; blocks on the
/// disk.
/// </summary>
internal sealed class KeyMerge
{
    private const int EntriesPerStep = 8_192;
    private readonly List<KeySliceCursor> _cursors = [];
    private readonly KeySliceWriter _writer;
    private readonly LiveMessages _live;

    /// <param name="slices">Where they are.</param>
    /// <param name="sources">What is merged.</param>
    /// <param name="number">The result's number.</param>
    /// <param name="live">Which messages are there still.</param>
    /// <exception cref="KeySliceLostException">A source cannot be read.</exception>
    public KeyMerge(ISlices slices, IReadOnlyList<KeySlice> sources, SliceNumber number, LiveMessages live)
    {
        Sources = sources;
        _live = live;
        foreach (var source in sources)
            Advance(new KeySliceCursor(slices, source), isNew: true);
        _writer = new KeySliceWriter(slices, number, sources.Sum(source => source.Count));
    }

    /// <summary>What is merged.</summary>
    public IReadOnlyList<KeySlice> Sources { get; }

    /// <summary>Goes on. True: all of it was written.</summary>
    /// <exception cref="KeySliceLostException">A source cannot be read.</exception>
    /// <exception cref="StoreException">Nothing can be read at present, or written.</exception>
    public bool Step()
    {
        for (int i = 0; i < EntriesPerStep; i++)
        {
            if (_cursors.Count == 0)
                return true;
            // Few cursors: looking at each is cheaper than a heap.
            var first = _cursors[0];
            for (int other = 1; other < _cursors.Count; other++)
            {
                if (_cursors[other].Current.CompareTo(first.Current) < 0)
                    first = _cursors[other];
            }
            if (_live.IsLive(first.Current.Place))
                _writer.Add(first.Current);
            Advance(first, isNew: false);
        }
        return false;
    }

    /// <summary>The result; null: nothing was left.</summary>
    public KeySlice? Complete(int? folds) => _writer.Complete(folds);

    /// <summary>Deletes what was written of the result.</summary>
    public void Discard() => _writer.Discard();

    private void Advance(KeySliceCursor cursor, bool isNew)
    {
        bool hasMore;
        try
        {
            hasMore = cursor.MoveNext();
        }
        catch (StoreException lost) when (!lost.MayPass())
        {
            throw new KeySliceLostException(cursor.Slice, lost);
        }
        if (hasMore && isNew)
            _cursors.Add(cursor);
        else if (!hasMore)
            _cursors.Remove(cursor);
    }
}
