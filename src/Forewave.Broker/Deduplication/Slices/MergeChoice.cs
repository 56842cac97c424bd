namespace Forewave.Broker.Deduplication.Slices;

/// <summary>Which slices to merge next.</summary>
internal static class MergeChoice
{
    private const int Fewest = 4;
    private const int Most = 8;

    /// <summary>
    /// Neighbours of one size class, four at least (a class is four times the one below), whose ids span no more than a quarter
    /// of their window: what is merged too far cannot be dropped in time. Else a slice of which a quarter or less may still be
    /// within its window. Else nothing. What is damaged is not merged.
    /// </summary>
    /// <param name="all">The oldest first.</param>
    /// <param name="tableIds">Ids in a table: the lowest class.</param>
    /// <param name="now">For what has left its window.</param>
    public static IReadOnlyList<IdSlice> Of(IReadOnlyList<IdSlice> all, int tableIds, IdTime now)
    {
        // Slices are in the order of the tables that they were made of: nothing is merged across one that cannot be.
        int end = all.Count;
        for (int i = all.Count - 1; i >= -1; i--)
        {
            if (i >= 0 && !all[i].IsDamaged)
                continue;
            if (OfNeighbours([.. all.Take(end).Skip(i + 1)], tableIds) is { Count: > 0 } neighbours)
                return neighbours;
            end = Math.Max(i, 0);
        }
        var mostlyGone = all.FirstOrDefault(slice => !slice.IsDamaged && IsMostlyGone(slice, tableIds, now));
        return mostlyGone is null ? [] : [mostlyGone];
    }

    private static IReadOnlyList<IdSlice> OfNeighbours(IReadOnlyList<IdSlice> all, int tableIds)
    {
        for (int level = 0; level <= 16; level++)
        {
            // Newer ones of lower classes wait for three more of theirs: else each id would be written again and again.
            int end = all.Count;
            while (end > 0 && LevelOf(all[end - 1], tableIds) < level)
                end--;
            int first = end;
            while (first > 0 && LevelOf(all[first - 1], tableIds) <= level)
                first--;
            while (end - first >= Fewest && !Fits(all, first..end))
                first++;
            if (Enumerable.Range(first, end - first).Count(i => LevelOf(all[i], tableIds) == level) >= Fewest)
                return [.. all.Skip(first).Take(Math.Min(Most, end - first))];
        }
        return [];
    }

    private static bool IsMostlyGone(IdSlice slice, int tableIds, IdTime now) =>
        (slice.Count > tableIds || slice.IsDoubtful) && slice.LiveCount(now) <= slice.Count / 4;

    private static int LevelOf(IdSlice slice, int tableIds)
    {
        int level = 0;
        for (long ids = (long)tableIds * 2; ids < slice.Count; ids *= 4)
            level++;
        return level;
    }

    private static bool Fits(IReadOnlyList<IdSlice> all, Range range)
    {
        int first = range.Start.Value;
        int end = Math.Min(range.End.Value, first + Most);
        long newest = 0;
        var window = TimeSpan.Zero;
        for (int i = first; i < end; i++)
        {
            newest = Math.Max(newest, all[i].Newest.Milliseconds);
            window = all[i].LongestWindow > window ? all[i].LongestWindow : window;
        }
        return newest - all[first].Begin.Milliseconds <= (long)(window.TotalMilliseconds / 4);
    }
}
