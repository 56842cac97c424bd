using System.Globalization;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>
/// The power fails at a random operation of the disk while transactions are begun, filled and decided; again and again. What was answered
/// holds, all of a transaction comes or nothing: see <see cref="TransactionHistory"/>. FOREWAVE_SEED replays one seed.
/// </summary>
[Trait("Suite", "powerloss")]
public sealed class TransactionCrashTests(ITestOutputHelper output)
{
    private const int Seeds = 20;
    private const int NightlySeeds = 2_000;
    private const int Lives = 6;

    [Fact]
    public async Task Transactions_keep_what_was_promised_when_power_fails_at_any_moment()
    {
        int received = 0;
        foreach (int seed in SeedsToRun())
        {
            output.WriteLine($"FOREWAVE_SEED={seed}");
            var run = new TransactionCrashRun(seed);
            for (int life = 1; life <= Lives; life++)
                await run.LiveAsync(operations: 80, losesPower: life < Lives);
            await run.EndAsync();

            Assert.True(run.History.Violations.Count == 0, $"FOREWAVE_SEED={seed}: {string.Join(Environment.NewLine, run.History.Violations)}");
            received += run.History.Received;
        }
        output.WriteLine($"{received} messages came");
        Assert.True(received > 0, "no message came: nothing was tested");
    }

    private static IEnumerable<int> SeedsToRun()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } one)
            return [int.Parse(one, CultureInfo.InvariantCulture)];
        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        return Enumerable.Range(1, isNightly ? NightlySeeds : Seeds);
    }
}
