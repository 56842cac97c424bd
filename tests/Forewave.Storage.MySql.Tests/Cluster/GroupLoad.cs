using System.Text.Json;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>Publishes at a steady rate to both brokers of a group, and writes down what was answered. For one test.</summary>
internal sealed class GroupLoad : IAsyncDisposable
{
    private const int RecordLineBytes = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly BrokerPair _group;
    private readonly string _record;
    private readonly ProgramProcess _process;

    private GroupLoad(BrokerPair group)
    {
        _group = group;
        _record = group.B.PathOf("record");
        _process = ProgramProcess.Start(
            "bench", "publish", "--server", group.Addresses, "--queue", "orders", "--queues", "3", "--messages", "1000000000",
            "--size", "200", "--producers", "2", "--in-flight", "500", "--rate", "1400", "--record", _record, "--json");
    }

    public static GroupLoad Start(BrokerPair group) => new(group);

    /// <summary>Completes when about so many more were answered.</summary>
    public async Task MoreAsync(int messages)
    {
        long target = Watching.LengthOf(_record) + (messages * RecordLineBytes);
        await Watching.UntilAsync(() => Watching.LengthOf(_record) >= target || _process.HasEnded, Patience, () => $"{_process.Errors}\n{_group.Log}");
        Assert.False(_process.HasEnded, $"the load ended: {_process.Errors}\n{_group.Log}");
    }

    /// <summary>Ends it; all that was answered is at a broker, once. Returns what was counted.</summary>
    public async Task<string> EndWholeAsync(ServerProcess broker)
    {
        await _process.InterruptAsync().WaitAsync(Patience);
        ProgramResult verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--group", "audit", "--record", _record, "--json").WaitAsync(Patience);
        Assert.True(verified.ExitCode == 0, $"{verified}\n{_group.Log}");
        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), File.ReadLines(_record).LongCount(), long.MaxValue);
        Assert.Equal((0, 0), (report.GetProperty("lost").GetInt64(), report.GetProperty("duplicates").GetInt64()));
        return verified.Output;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
