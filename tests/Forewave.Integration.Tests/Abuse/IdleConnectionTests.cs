using System.Globalization;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// Connections that do nothing, from a process of their own: 5,000, in the long run as many as the limit of open files
/// allows. What each costs the broker is printed.
/// </summary>
[Trait("Suite", "scenario")]
public sealed class IdleConnectionTests(ServerProcess broker, ITestOutputHelper output) : IClassFixture<ServerProcess>
{
    private const int MaxBytesEach = 16 * 1024;
    private const int Connections = 5_000;

    // Of the broker's places, for the clients beside.
    private const int KeptBack = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Idle_connection_costs_at_most_16_KiB()
    {
        int most = Math.Min(Limits.MaxConnections, broker.Files.MaxOpenFiles - 1_000) - KeptBack;
        int wanted = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is { Length: > 0 } ? most : Math.Min(Connections, most);
        // What a first client brings in (code, pools) is no connection's.
        await Bystander.RunBesideAsync(broker.EndPoint, () => Task.CompletedTask);
        long before = broker.Files.ResidentBytes;

        output.WriteLine(await Bystander.RunBesideAsync(broker.EndPoint, () => HoldAsync(wanted, before)));
    }

    private async Task HoldAsync(int wanted, long before)
    {
        await using var clients = ProgramProcess.StartProgram("Forewave.Integration.Tests.dll", "idle", $"{broker.EndPoint}", $"{wanted}");
        Assert.Equal($"connected {wanted}", await clients.Output.ReadLineAsync().WaitAsync(Patience));
        AssertCost("greeted", wanted, before);
        for (int beat = 0; beat < 2; beat++)
        {
            await clients.Input.WriteLineAsync("beat");
            await clients.Input.FlushAsync();
            Assert.Equal($"answered {wanted}", await clients.Output.ReadLineAsync().WaitAsync(Patience));
            AssertCost("pinged", wanted, before);
        }
    }

    private void AssertCost(string when, int connections, long before)
    {
        long each = (broker.Files.ResidentBytes - before) / connections;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{connections} idle connections, {when}: {each} B each"));
        Assert.InRange(each, long.MinValue, MaxBytesEach);
    }
}
