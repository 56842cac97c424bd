using System.Globalization;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>
/// The power fails at a random operation of the disk while transactions are begun, filled and decided; again and again. What was answered
/// holds, all of a transaction comes or nothing: see <see cref="TransactionHistory"/>; no id comes twice or is lost: see <see cref="IdHistory"/>. FOREWAVE_SEED replays one seed.
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
        int repeats = 0;
        int refusals = 0;
        foreach (int seed in SeedsToRun())
        {
            output.WriteLine($"FOREWAVE_SEED={seed}");
            var run = new TransactionCrashRun(seed);
            for (int life = 1; life <= Lives; life++)
                await run.LiveAsync(operations: 80, losesPower: life < Lives);
            await run.EndAsync();

            Assert.True(!run.Violations.Any(), $"FOREWAVE_SEED={seed}: {string.Join(Environment.NewLine, run.Violations)}");
            received += run.History.Received;
            (repeats, refusals) = (repeats + run.Ids.Counts.Repeats, refusals + run.Ids.Counts.Refusals);
        }
        output.WriteLine($"{received} messages came, {repeats} were repeats by their ids, {refusals} times an id was held");
        Assert.True(received > 0 && repeats > 0 && refusals > 0, "no message came, or no id: nothing was tested");
    }

    private static IEnumerable<int> SeedsToRun()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } one)
            return [int.Parse(one, CultureInfo.InvariantCulture)];
        bool isNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 };
        return Enumerable.Range(1, isNightly ? NightlySeeds : Seeds);
    }
}
