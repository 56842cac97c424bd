using System.Runtime.InteropServices;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Reads the keys of messages that are in the backlog: in small pieces, at a low rate while others write. For the upkeep loop.
/// </summary>
internal sealed class KeyBacklog(KeyUpkeepParts parts)
{
    private readonly List<KeyEntry> _entries = [];

    /// <summary>Reads a piece. False: there is nothing to read.</summary>
    /// <exception cref="StoreException">The store cannot read: it stays in the backlog.</exception>
    public async ValueTask<bool> ReadSomeAsync(CancellationToken cancellation)
    {
        if (!parts.Terms.IsOn || Next() is not { IsEmpty: false } range)
            return false;
        using var runs = await parts.Store.ReadAsync(range.Index, new Offset(range.First), parts.Pace.PieceBytes, cancellation);
        int bytes = 0;
        long next = range.First;
        for (int i = 0; i < runs.Count && next < range.End; i++)
        {
            var run = runs[i];
            bytes += run.Messages.Length;
            next = run.First.Value + run.Count;
            if (!TryAdd(run, range with { First = run.First.Value, End = next }))
                return true;
        }
        if (runs.Count == 0)
            Done(range);
        await parts.Pace.TakeAsync(bytes, cancellation);
        return true;
    }

    private KeyRange Next()
    {
        lock (parts.Index.Gate)
        {
            while (!parts.Index.Backlog.IsEmpty)
            {
                var range = parts.Index.Backlog.All.First();
                var extent = parts.Store.Extent(range.Index);
                var there = range with { First = Math.Max(range.First, extent.FirstRetained.Value), End = Math.Min(range.End, extent.End.Value) };
                if (!there.IsEmpty)
                    return there;
                parts.Index.Backlog.Remove(range);
            }
        }
        return default;
    }

    /// <summary>Adds the entries of a run and takes it out of the backlog. False: memory is full until a table is written.</summary>
    private bool TryAdd(in StoredRun run, KeyRange range)
    {
        if (run.Damaged)
        {
            lock (parts.Index.Gate)
                parts.Index.GiveUp(range);
            return true;
        }
        _entries.Clear();
        parts.Hashing.AddTo(_entries, new KeyPlace(range.Index, range.First), run.Messages.Span);
        lock (parts.Index.Gate)
        {
            if (!parts.Index.Add(CollectionsMarshal.AsSpan(_entries), range))
                return false;
            parts.Index.Backlog.Remove(range);
            return true;
        }
    }

    private void Done(KeyRange range)
    {
        lock (parts.Index.Gate)
            parts.Index.Backlog.Remove(range);
    }
}
