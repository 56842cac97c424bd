namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// Choices that depend on a seed alone (SplitMix64, Steele et al. 2014): the same on every machine and runtime. Not
/// thread-safe.
/// </summary>
internal sealed class SeededChoice
{
    private ulong _state;

    private SeededChoice(ulong state) => _state = state;

    /// <summary>
    /// Choices of their own for one thing of one disk, so that what befalls a file does not depend on how many others
    /// there are, nor on the order in which threads touched them.
    /// </summary>
    internal static SeededChoice For(long seed, string thing, long occasion)
    {
        SeededChoice choice = new((ulong)seed);
        foreach (char c in thing)
            choice._state = choice.Next() ^ c;
        choice._state = choice.Next() ^ (ulong)occasion;
        return choice;
    }

    /// <summary>From 0 up to, not including, the bound.</summary>
    internal int Below(int bound) => (int)(Next() % (ulong)bound);

    internal bool Chance(int percent) => Below(100) < percent;

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
