namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>How far a long run came, kept in the file that FOREWAVE_SEED_FILE names, so that the next one goes on from there.</summary>
internal sealed class SeedProgress
{
    private readonly string? _path;

    private SeedProgress(string? path, int next)
    {
        _path = path;
        Next = next;
    }

    /// <summary>The seed to begin with.</summary>
    public int Next { get; }

    public static SeedProgress FromEnvironment(bool isNightly)
    {
        string? path = isNightly ? Environment.GetEnvironmentVariable("FOREWAVE_SEED_FILE") : null;
        bool isBegun = path is not null && File.Exists(path);
        return new SeedProgress(path, isBegun && int.TryParse(File.ReadAllText(path ?? string.Empty), out int done) ? done + 1 : 1);
    }

    public void Done(int seed)
    {
        if (_path is not null && seed % 100 == 0)
        {
            File.WriteAllText(_path, $"{seed}");
        }
    }
}
