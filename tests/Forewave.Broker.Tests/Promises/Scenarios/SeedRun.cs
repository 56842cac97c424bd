using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// Which seeds a run tries: the one that FOREWAVE_SEED names, some, or in nightly runs many, going on from the seed after the
/// last one that passed, which is kept beside the file that FOREWAVE_SEED_FILE names.
/// </summary>
internal sealed class SeedRun
{
    private readonly string? _path;
    private readonly int _last;
    private int _next;

    private SeedRun(int next, int? last, string? path)
    {
        _next = next;
        _last = last ?? next;
        _path = path;
    }

    [SuppressMessage("Globalization", "CA1305", Justification = "Digits.")]
    public static SeedRun FromEnvironment(int seeds, int? nightlySeeds)
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } given)
            return new SeedRun(int.Parse(given, CultureInfo.InvariantCulture), null, null);
        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        if (!isNightly || Environment.GetEnvironmentVariable("FOREWAVE_SEED_FILE") is not { Length: > 0 } file)
            return new SeedRun(1, seeds, null);
        string path = file + ".promises";
        bool isBegun = File.Exists(path) && int.TryParse(File.ReadAllText(path), out _);
        int done = isBegun ? int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture) : 0;
        return new SeedRun(done + 1, nightlySeeds, path);
    }

    public bool TryTake(out int seed)
    {
        seed = _next++;
        return seed <= _last;
    }

    public void Done(int seed)
    {
        if (_path is not null && seed % 20 == 0)
            File.WriteAllText(_path, $"{seed}");
    }
}
