using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// The keys of all messages in queues: the newest in tables in memory, the rest in slices on disk, and which messages are in neither
/// yet (the <see cref="Backlog"/>), so that a look-up knows what it does not know. Whoever holds <see cref="Gate"/> owns all of it;
/// no one holds it for longer than adding a batch takes.
/// </summary>
internal sealed class KeyIndex
{
    private readonly List<KeyTable> _sealed = [];
    private readonly KeyIndexTerms _terms;
    private KeyTable _active;

    public KeyIndex(KeyIndexTerms terms)
    {
        _terms = terms;
        _active = new KeyTable(terms.TableEntries);
        Slices = new KeySlices(terms.SliceMemoryBytes);
    }

    /// <summary>Guards everything here, and the slices' list.</summary>
    public Lock Gate { get; } = new();

    /// <summary>What is on disk.</summary>
    public KeySlices Slices { get; }

    /// <summary>Messages whose keys are not known yet.</summary>
    public KeyRanges Backlog { get; } = new();

    /// <summary>
    /// Messages whose bytes rotted before their keys were read: nobody will ever know these. Look-ups meet the messages themselves, and
    /// say that they cannot be read. A checkpoint has them among the backlog.
    /// </summary>
    public KeyRanges Unreadable { get; } = new();

    /// <summary>Told, under the gate, when there is something to write or to read. Must not block.</summary>
    public Action HasWork { get; set; } = static () => { };

    /// <summary>Entries held.</summary>
    public long Count => _active.Count + _sealed.Sum(table => (long)table.Count) + Slices.Count;

    /// <summary>Memory of the tables.</summary>
    public long TableBytes => _active.Bytes + _sealed.Sum(table => table.Bytes);

    /// <summary>Adds the keys of some messages. False: no room, they are in the backlog.</summary>
    public bool Add(ReadOnlySpan<KeyEntry> entries, KeyRange range)
    {
        if (!_active.MayTake(entries.Length))
        {
            if (_sealed.Count >= _terms.SealedTables)
            {
                Miss(range);
                return false;
            }
            _sealed.Add(_active);
            _active = new KeyTable(_terms.TableEntries);
            HasWork();
        }
        _active.Add(entries, range);
        return true;
    }

    /// <summary>Notes messages whose keys have to be read later.</summary>
    public void Miss(KeyRange range)
    {
        Backlog.Add(range);
        HasWork();
    }

    /// <summary>Messages of the backlog cannot be read.</summary>
    public void GiveUp(KeyRange range)
    {
        Backlog.Remove(range);
        Unreadable.Add(range);
    }

    /// <summary>The first messages of an index from an offset on whose keys are not known; empty: there are none.</summary>
    public KeyRange FirstUnknown(uint index, long offset)
    {
        var later = Backlog.FirstAfter(index, offset);
        var never = Unreadable.FirstAfter(index, offset);
        return later.IsEmpty || (!never.IsEmpty && never.First < later.First) ? never : later;
    }

    /// <summary>The oldest table that is to be written; null: there is none.</summary>
    public KeyTable? NextSealed() => _sealed.Count > 0 ? _sealed[0] : null;

    /// <summary>A sealed table is in a slice now.</summary>
    public void Written(KeyTable table, KeySlice? slice)
    {
        _sealed.Remove(table);
        if (slice is not null)
            Slices.Add(slice);
    }

    /// <summary>What no slice has: the messages in tables, and the backlog.</summary>
    public KeyRanges Unwritten()
    {
        var ranges = new KeyRanges();
        ranges.Add(Backlog);
        ranges.Add(Unreadable);
        foreach (var table in _sealed)
            ranges.Add(table.Ranges);
        ranges.Add(_active.Ranges);
        return ranges;
    }

    /// <summary>All tables as they are now.</summary>
    public KeyTable.Shot[] Tables() => [.. _sealed.Select(table => table.Take()), _active.Take()];
}
