using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Protocol;
using Forewave.Server.Cluster;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave cluster promote --accept-loss</c>: the master is gone for good with the slave out of the record; the other broker becomes
/// master, with what it has. Refused while the master may be there. Waits until the broker serves.
/// </summary>
internal static class ClusterPromoteVerb
{
    private static readonly Option<string?> ZooKeeper = ClusterOptions.ZooKeeper();
    private static readonly Option<string?> Config = ClusterOptions.Config();
    private static readonly Option<PartitionNumber> Partition = ClusterOptions.Partition();
    private static readonly Option<bool> AcceptLoss = new("--accept-loss") { Description = "what the former master alone had is lost; has to be given", Required = true };
    private static readonly Option<bool> Yes = ClusterOptions.Yes();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("promote", "Make the other broker master where the master is gone for good, and accept the loss")
        {
            ZooKeeper, Config, Partition, AcceptLoss, Yes, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        if (!parsed.GetValue(AcceptLoss))
            throw new UsageException("promote is for where nothing else helps: --accept-loss says that what only the former master had may be lost");
        await using var desk = await ClusterOptions.OpenAsync(parsed, stop);
        var group = await desk.ReadAsync(parsed.GetValue(Partition), stop);
        var broker = RecordByHand.CheckPromotion(group);
        string former = group.Group!.Record.Master;
        string warning = $"""
            Partition {group.Partition}: broker {broker.Announced.Broker} becomes master in place of {former}. What was answered since the slave
            left the record, and {broker.Announced.Broker} has not received, is lost. If {former} still runs anywhere with its database, it goes on
            answering: be sure that both are off, and that they come back only to follow.
            """;
        if (!ClusterOptions.IsMeant((warning, former), parsed.GetValue(Yes)))
        {
            await Console.Error.WriteLineAsync("forewave: nothing was changed");
            return ExitCode.Failed;
        }
        await new RecordByHand(desk, TimeProvider.System).PromoteAsync(group, broker, OperatorName.OfProcess, stop);
        ClusterText.Print(parsed.GetValue(Json), [await ClusterWait.UntilMasterAsync(desk, (group.Partition, broker.Announced.Broker), stop)]);
        return ExitCode.Done;
    }
}
