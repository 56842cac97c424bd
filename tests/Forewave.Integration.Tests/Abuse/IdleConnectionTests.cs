using System.Globalization;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// Connections that do nothing, from a process of their own: 5,000, in the long run as many as the limit of open files
/// allows. What each costs the broker is printed.
/// </summary>
[Trait("Suite", "scenario")]
public sealed class IdleConnectionTests(BrokerProcess broker, ITestOutputHelper output) : IClassFixture<BrokerProcess>
{
    private const int MaxBytesEach = 16 * 1024;
    private const int Connections = 5_000;

    // Of the broker's places, for the clients beside.
    private const int KeptBack = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Idle_connection_costs_at_most_16_KiB()
    {
        int most = Math.Min(Limits.MaxConnections, broker.MaxOpenFiles - 1_000) - KeptBack;
        int wanted = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 } ? most : Math.Min(Connections, most);
        // What a first client brings in (code, pools) is no connection's.
        await Bystander.RunBesideAsync(broker.Address, () => Task.CompletedTask);
        long before = broker.ResidentBytes;

        output.WriteLine(await Bystander.RunBesideAsync(broker.Address, () => HoldAsync(wanted, before)));
    }

    private async Task HoldAsync(int wanted, long before)
    {
        using var clients = BrokerProcess.Start("Forewave.Integration.Tests.dll", "idle", $"{broker.Address}", $"{wanted}");
        try
        {
            Assert.Equal($"connected {wanted}", await clients.StandardOutput.ReadLineAsync().WaitAsync(Patience));
            AssertCost("greeted", wanted, before);
            for (int beat = 0; beat < 2; beat++)
            {
                await clients.StandardInput.WriteLineAsync("beat");
                await clients.StandardInput.FlushAsync();
                Assert.Equal($"answered {wanted}", await clients.StandardOutput.ReadLineAsync().WaitAsync(Patience));
                AssertCost("pinged", wanted, before);
            }
        }
        finally
        {
            clients.Kill();
            await clients.WaitForExitAsync();
        }
    }

    private void AssertCost(string when, int connections, long before)
    {
        long each = (broker.ResidentBytes - before) / connections;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections} idle connections, {when}: {each} B each"));
        Assert.InRange(each, long.MinValue, MaxBytesEach);
    }
}
