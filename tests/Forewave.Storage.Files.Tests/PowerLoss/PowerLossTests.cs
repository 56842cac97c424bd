using Xunit.Abstractions;

namespace Forewave.Storage.Files.Tests.PowerLoss;

[Trait("Suite", "powerloss")]
public sealed class PowerLossTests(ITestOutputHelper output)
{
    private const int Seeds = 2_000;
    private const int NightlySeeds = 100_000;

    [Fact]
    public void Store_keeps_its_promises_when_power_fails_at_any_moment()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } given)
        {
            RunSeed(int.Parse(given));
            return;
        }

        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        SeedProgress progress = SeedProgress.FromEnvironment(isNightly);
        int last = isNightly ? NightlySeeds : Seeds;
        for (int seed = progress.Next; seed <= last; seed++)
        {
            RunSeed(seed);
            progress.Done(seed);
        }
    }

    private void RunSeed(int seed)
    {
        try
        {
            PowerLossScenario.Run(seed);
        }
        catch (Exception)
        {
            output.WriteLine($"FOREWAVE_SEED={seed}");
            throw;
        }
    }
}
