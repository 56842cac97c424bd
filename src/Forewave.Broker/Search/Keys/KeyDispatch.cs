using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Takes the keys of messages as they get their offsets: while their bytes are in memory still. What is not (recovery, a loop that
/// fell behind) goes into the backlog. For the delivery loops, each for its own queues; never blocks. A run without keys costs a
/// look at its header.
/// </summary>
internal sealed class KeyDispatch(KeyIndex index, KeyHashing hashing, KeyIndexTerms terms)
{
    // Rather some batches of usual size than one of the largest: the gate is held for each.
    private const int EntriesKept = 16 * 1024;

    [ThreadStatic]
    private static List<KeyEntry>? _entries;

    /// <summary>A record's messages have their offsets now, from one on; it is in life.</summary>
    public void Dispatched(IStore store, KeyPlace first, in RecordHeader header)
    {
        if (!PublishedFlags.MayHaveSearchKeys(header))
            return;
        var range = KeyRange.From(first, header.Count);
        if (!terms.IsOn || !store.TryReadRecent(first.Index, new Offset(first.Offset), out var run))
        {
            Miss(range);
            return;
        }
        var entries = _entries ??= [];
        try
        {
            entries.Clear();
            if (run.Count == header.Count)
                hashing.AddTo(entries, first, run.Messages.Span);
        }
        finally
        {
            run.Release();
        }
        if (run.Count != header.Count)
            Miss(range);
        else if (entries.Count > 0)
            Add(entries, range);
        if (entries.Capacity > EntriesKept)
            _entries = null;
    }

    /// <summary>The same in recovery: the bytes are read later, so that an opening does not wait for them.</summary>
    public void Replayed(KeyPlace first, in RecordHeader header)
    {
        if (PublishedFlags.MayHaveSearchKeys(header))
            Miss(KeyRange.From(first, header.Count));
    }

    private void Add(List<KeyEntry> entries, KeyRange range)
    {
        lock (index.Gate)
            index.Add(CollectionsMarshal.AsSpan(entries), range);
    }

    private void Miss(KeyRange range)
    {
        lock (index.Gate)
            index.Miss(range);
    }
}
