namespace Forewave.Broker.Search.Keys;

/// <summary>Which slices to merge next.</summary>
internal static class KeyMergeChoice
{
    private const int Fewest = 8;
    private const int HighestLevel = 2;

    /// <summary>
    /// Eight of one size class (a class is eight times the one below), the lowest first. Empty: nothing is to be merged. So an entry
    /// is written three times at most. The highest class, of about 16 million entries, is left as it is: a merge has the filter of
    /// its result in memory, and there it takes 32 MiB.
    /// </summary>
    public static IReadOnlyList<KeySlice> Of(IReadOnlyList<KeySlice> all, int tableEntries)
    {
        foreach (var level in all.GroupBy(slice => LevelOf(slice, tableEntries)).OrderBy(level => level.Key))
        {
            if (level.Key < HighestLevel && level.Count() >= Fewest)
                return [.. level.OrderBy(slice => slice.Count).Take(Fewest)];
        }
        return [];
    }

    private static int LevelOf(KeySlice slice, int tableEntries)
    {
        int level = 0;
        for (long entries = (long)tableEntries * 2; entries < slice.Count; entries *= Fewest)
            level++;
        return level;
    }
}
