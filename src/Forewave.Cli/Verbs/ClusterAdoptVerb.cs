using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Protocol;
using Forewave.Server.Cluster;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave cluster adopt --broker NAME</c>: makes the record of a partition that has none though its database was served before, and
/// names its master. Waits until the broker serves.
/// </summary>
internal static class ClusterAdoptVerb
{
    private static readonly Option<string?> ZooKeeper = ClusterOptions.ZooKeeper();
    private static readonly Option<string?> Config = ClusterOptions.Config();
    private static readonly Option<PartitionNumber> Partition = ClusterOptions.Partition();
    private static readonly Option<string> Broker = new("--broker") { Description = "the broker that becomes master: the one whose database has all", HelpName = "NAME", Required = true };
    private static readonly Option<bool> AcceptLoss = new("--accept-loss") { Description = "also where the other database has more, or does not answer" };
    private static readonly Option<bool> Yes = ClusterOptions.Yes();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("adopt", "Make the record of a partition whose database was served before and that ZooKeeper does not know")
        {
            ZooKeeper, Config, Partition, Broker, AcceptLoss, Yes, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var desk = await ClusterOptions.OpenAsync(parsed, stop);
        var group = await desk.ReadAsync(parsed.GetValue(Partition), stop);
        var broker = RecordByHand.CheckAdoption(group, parsed.GetRequiredValue(Broker), parsed.GetValue(AcceptLoss));
        string name = broker.Announced.Broker;
        string warning = $"""
            Partition {group.Partition} has no record here: broker {name} becomes its master, with the database that was served under epoch {broker.DatabaseEpoch} last. If the
            group's record is in another ZooKeeper, or under another path, its brokers may serve there at the same time.
            """;
        if (!ClusterOptions.IsMeant((warning, name), parsed.GetValue(Yes)))
        {
            await Console.Error.WriteLineAsync("forewave: nothing was changed");
            return ExitCode.Failed;
        }
        await new RecordByHand(desk, TimeProvider.System).AdoptAsync(group, broker, OperatorName.OfProcess, stop);
        ClusterText.Print(parsed.GetValue(Json), [await ClusterWait.UntilMasterAsync(desk, (group.Partition, name), stop)]);
        return ExitCode.Done;
    }
}
