using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// Which seeds a run tries: the one or those (as 1-3000) that FOREWAVE_SEED names, some, or in nightly runs many, going on from
/// the seed after the last one up to which all passed, which is kept beside the file that FOREWAVE_SEED_FILE names; these take at
/// most half of the time that FOREWAVE_SUITE_SECONDS gives the suite, for other projects have seeds too. Thread-safe.
/// </summary>
internal sealed class SeedRun
{
    private const int SeedsPerNote = 5;
    private readonly Lock _gate = new();
    private readonly SortedSet<int> _open = [];
    private readonly string? _path;
    private readonly int _last;
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _next;
    private int _noted;
    private TimeSpan _longest = TimeSpan.MaxValue;

    private SeedRun(int next, int last, string? path)
    {
        _next = next;
        _noted = next - 1;
        _last = last;
        _path = path;
    }

    [SuppressMessage("Globalization", "CA1305", Justification = "Digits.")]
    public static SeedRun FromEnvironment(int seeds, int nightlySeeds)
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } given)
            return Named(given.Split('-', 2));
        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        if (!isNightly || Environment.GetEnvironmentVariable("FOREWAVE_SEED_FILE") is not { Length: > 0 } file)
            return new SeedRun(1, seeds, null);
        string path = file + ".promises";
        bool isBegun = File.Exists(path) && int.TryParse(File.ReadAllText(path), out _);
        int done = isBegun ? int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0;
        return new SeedRun(done + 1, nightlySeeds, path) { _longest = HalfOfSuite() };
    }

    private static TimeSpan HalfOfSuite() =>
        int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SUITE_SECONDS"), CultureInfo.InvariantCulture, out int seconds)
            ? TimeSpan.FromSeconds(seconds / 2)
            : TimeSpan.MaxValue;

    private static SeedRun Named(string[] ends) =>
        new(int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture), null);

    /// <summary>The next seed; false: there is none.</summary>
    public bool TryTake(out int seed)
    {
        lock (_gate)
        {
            seed = _next;
            if (seed > _last || Stopwatch.GetElapsedTime(_began) > _longest)
                return false;
            _open.Add(_next++);
            return true;
        }
    }

    /// <summary>A seed passed.</summary>
    public void Done(int seed)
    {
        lock (_gate)
        {
            _open.Remove(seed);
            int done = (_open.Count > 0 ? _open.Min : _next) - 1;
            if (_path is null || done < _noted + SeedsPerNote)
                return;
            _noted = done;
            File.WriteAllText(_path, $"{done}");
        }
    }
}
