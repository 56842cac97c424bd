using System.Text.Json;
using Forewave.Integration.Tests.Processes;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Kills;

/// <summary>kill -9 of the real broker under load: what was acknowledged is there, once, in order.</summary>
[Trait("Suite", "kill")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int RecordLineBytes = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Acknowledged_messages_survive_kills_under_load()
    {
        int kills = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 200 : 25;
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SEED"), out int given) ? given : Random.Shared.Next();
        output.WriteLine($"FOREWAVE_SEED={seed}, {kills} kills");
        Random random = new(seed);
        await using var broker = await ServerProcess.StartedAsync();
        string record = broker.PathOf("record");
        await using var load = ProgramProcess.Start(
            "bench", "publish", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--messages", "1000000000",
            "--size", "100", "--producers", "2", "--in-flight", "2000", "--rate", "10000", "--record", record, "--json");

        for (int kill = 0; kill < kills; kill++)
        {
            long target = Watching.LengthOf(record) + (random.Next(1, 4_000) * RecordLineBytes);
            await Watching.UntilAsync(() => Watching.LengthOf(record) >= target || load.HasEnded, Patience, () => $"kill {kill}: {load.Errors}");
            Assert.False(load.HasEnded, $"the load ended before kill {kill}: {load.Errors}");
            await broker.KillAsync();
            await broker.StartAsync();
        }

        await load.InterruptAsync().WaitAsync(Patience);
        long receipts = File.ReadLines(record).LongCount();
        output.WriteLine($"{receipts} receipts");
        var verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", broker.Address, "--queue", "orders", "--queues", "3", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);
        output.WriteLine($"{verified}");
        Assert.Equal(0, verified.ExitCode);
        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), receipts, long.MaxValue);
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("duplicates").GetInt64());
        Assert.Equal(0, report.GetProperty("outOfOrder").GetInt64());
    }

    [Fact]
    public async Task Two_groups_get_a_file_byte_for_byte_through_a_kill()
    {
        const int Lines = 200_000;
        await using var broker = await ServerProcess.StartedAsync();
        string input = broker.PathOf("input");
        WriteLines(input, Lines);
        await using var one = Follow(broker.Address, "one", Lines);
        await using var two = Follow(broker.Address, "two", Lines);
        Task copying = Task.WhenAll(one.CopyOutputAsync(broker.PathOf("one")), two.CopyOutputAsync(broker.PathOf("two")));
        await using var publishing = ProgramProcess.Start("publish", "packages", "--server", broker.Address, "--file", input);
        var published = publishing.EndAsync();

        long third = Watching.LengthOf(input) / 3;
        await Watching.UntilAsync(() => Watching.LengthOf(broker.PathOf("one")) > third, Patience, () => one.Errors);
        await broker.KillAsync();
        await broker.StartAsync();

        await copying.WaitAsync(Patience);
        var ids = await published.WaitAsync(Patience);
        Assert.True(ids.ExitCode == 0, $"{ids}");
        Assert.Equal(Lines, ids.Output.Count(one => one == '\n'));
        byte[] expected = await File.ReadAllBytesAsync(input);
        Assert.Equal(expected, await File.ReadAllBytesAsync(broker.PathOf("one")));
        Assert.Equal(expected, await File.ReadAllBytesAsync(broker.PathOf("two")));
    }

    private static ProgramProcess Follow(string address, string group, int lines) => ProgramProcess.Start(
        "consume", "packages", "--server", address, "--group", group, "--follow", "--max", $"{lines}");

    // Lines of all lengths, empty ones among them, and bytes that are no UTF-8.
    private static void WriteLines(string path, int lines)
    {
        Random random = new(1);
        using FileStream file = File.Create(path);
        for (int i = 0; i < lines; i++)
        {
            byte[] line = new byte[random.Next(8) == 0 ? 0 : random.Next(1, 200)];
            random.NextBytes(line);
            line.AsSpan().Replace((byte)'\n', (byte)' ');
            file.Write(line);
            file.WriteByte((byte)'\n');
        }
    }
}
