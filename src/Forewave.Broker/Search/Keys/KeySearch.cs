using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Look-ups in the key index: thread-safe. The result is exact for all messages but those that it says it does not know. A slice that
/// cannot be read is given up and made again: the look-up goes on with what is known then.
/// </summary>
internal sealed class KeySearch(KeyIndex index, KeyUpkeep upkeep, ISlices slices, KeyCounts counts)
{
    /// <summary>
    /// The first so many offsets in a range of messages that may have a key, rising. What was not indexed yet at the time of
    /// the call is not among them: ask <see cref="FirstUnknownAsync"/> before.
    /// </summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="range">Where to look.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellation">Ends the look-up.</param>
    public async ValueTask<IReadOnlyList<long>> FindAsync(ulong hash, KeyRange range, int most, CancellationToken cancellation)
    {
        counts.Lookups.Add(1);
        await upkeep.Opened.WaitAsync(cancellation);
        List<long> offsets = [];
        while (true)
        {
            offsets.Clear();
            KeyTable.Shot[] tables;
            IReadOnlyList<KeySlice> all;
            lock (index.Gate)
            {
                tables = index.Tables();
                all = index.Slices.All;
            }
            foreach (var table in tables)
                table.Find(hash, range, offsets);
            if (await FindAsync(all, hash, range, most, offsets, cancellation))
                return [.. offsets.Order().Distinct().Take(most)];
        }
    }

    /// <summary>The first messages of a range whose keys are not known yet; empty: all are known.</summary>
    public async ValueTask<KeyRange> FirstUnknownAsync(KeyRange range, CancellationToken cancellation)
    {
        // Slices that cannot be opened put messages there.
        await upkeep.Opened.WaitAsync(cancellation);
        lock (index.Gate)
        {
            var unknown = index.FirstUnknown(range.Index, range.First);
            return unknown.IsEmpty || unknown.First >= range.End ? default : unknown with { End = Math.Min(unknown.End, range.End) };
        }
    }

    private async ValueTask<bool> FindAsync(
        IReadOnlyList<KeySlice> all, ulong hash, KeyRange range, int most, List<long> offsets, CancellationToken cancellation)
    {
        KeyLookup? lookup = null;
        foreach (var slice in all)
        {
            if (!slice.MayHave(hash))
                continue;
            try
            {
                lookup ??= new KeyLookup(slices, hash, counts.PagesRead);
                if (!await lookup.FindAsync(slice, range, most, offsets, cancellation))
                    return false;
            }
            catch (KeySliceLostException lost)
            {
                upkeep.Lose(lost);
                throw;
            }
        }
        return true;
    }
}
