using System.Globalization;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>
/// The power fails at a random operation of the disk while messages are scheduled, moved, cancelled and come out; again and
/// again. What was answered holds: see <see cref="ScheduleHistory"/>. FOREWAVE_SEED replays one seed.
/// </summary>
[Trait("Suite", "powerloss")]
public sealed class ScheduleCrashTests(ITestOutputHelper output)
{
    private const int Seeds = 4;
    private const int NightlySeeds = 500;
    private const int Lives = 6;

    [Fact]
    public async Task Scheduled_messages_keep_what_was_promised_when_power_fails_at_any_moment()
    {
        int came = 0;
        foreach (int seed in SeedsToRun())
        {
            output.WriteLine($"FOREWAVE_SEED={seed}");
            var run = new ScheduleCrashRun(seed);
            for (int life = 1; life <= Lives; life++)
                await run.LiveAsync(operations: 60, losesPower: life < Lives);
            await run.EndAsync();

            Assert.Empty(run.History.Violations);
            came += run.History.Came;
        }
        Assert.True(came > 0, "no message came: nothing was tested");
    }

    private static IEnumerable<int> SeedsToRun()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } one)
            return [int.Parse(one, CultureInfo.InvariantCulture)];
        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        return Enumerable.Range(1, isNightly ? NightlySeeds : Seeds);
    }
}
