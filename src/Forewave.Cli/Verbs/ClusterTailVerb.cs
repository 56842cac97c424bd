using System.CommandLine;
using Forewave.Broker.Ingest;
using Forewave.Cli.Repairing;
using Forewave.Cli.Serving;
using Forewave.Client;
using Forewave.Server;
using Forewave.Server.Cluster;
using Forewave.Server.Configuration;
using Forewave.Storage.MySql.Replication;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave cluster tail</c>: what is only in a former master's database, with the settings of that broker. Lists it; with
/// <c>--publish</c> publishes what may be at the new master; with <c>--make-anew</c> makes the database a copy of the new master's, so that
/// its broker follows. Exit 1 where something that was to be published was not.
/// </summary>
internal static class ClusterTailVerb
{
    private static readonly Option<string?> ZooKeeper = ClusterOptions.ZooKeeper();
    private static readonly Option<string?> Broker = new("--broker") { Description = "the former master's name in the group", HelpName = "NAME" };
    private static readonly Option<string?> MySql = new("--mysql") { Description = "its database: host=...;user=...;password-file=...", HelpName = "WHERE" };
    private static readonly Option<string?> PeerMySql = new("--peer-mysql") { Description = "the other broker's database, with the account of replication", HelpName = "WHERE" };
    private static readonly Option<string?> Config = ClusterOptions.Config();
    private static readonly Option<bool> Publish = new("--publish") { Description = "publish the messages without an ordering key at the master, under the producer ids and sequences that they had" };
    private static readonly Option<bool> MakeAnew = new("--make-anew") { Description = "drop this database and copy the master's; what is only here is gone then" };
    private static readonly Option<bool> Yes = ClusterOptions.Yes();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("tail", "Look at what only a former master's database has, publish it again, and make that database anew")
        {
            ZooKeeper, Broker, MySql, PeerMySql, Config, ClusterOptions.Partition(), Publish, MakeAnew, Yes, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = Read(parsed);
        var plan = PlanOf(options);
        await using var desk = await ClusterOptions.OpenAsync(parsed, stop);
        var group = await desk.ReadAsync(parsed.GetValue<Protocol.PartitionNumber>("--partition"), stop);
        var master = plan.MasterOf(group);
        var (tail, producers) = await plan.ReadAsync(stop);
        IReadOnlyList<TailEntry> entries = [.. tail.Messages.Select(message => EntryOf(message, producers))];
        if (parsed.GetValue(Publish))
            entries = await TailPublishing.PublishAsync(master.Address, entries, stop);
        TailText.Print(parsed.GetValue(Json), tail, entries);
        bool isAllThere = !parsed.GetValue(Publish) || entries.All(entry => entry.IsPublished || !entry.MayBePublished);
        return !parsed.GetValue(MakeAnew) ? ExitOf(isAllThere)
            : await MakeAnewAsync(plan, options, parsed.GetValue(Yes), stop) ? ExitOf(isAllThere) : ExitCode.Failed;
    }

    private static int ExitOf(bool isAllThere) => isAllThere ? ExitCode.Done : ExitCode.Failed;

    private static async Task<bool> MakeAnewAsync(TailPlan plan, ForewaveBrokerOptions options, bool isSaid, CancellationToken stop)
    {
        string warning = $"The database of broker {options.Broker} is dropped and copied from the master's. What is only in it, as listed, is gone then.";
        if (!ClusterOptions.IsMeant((warning, options.Broker!), isSaid))
        {
            await Console.Error.WriteLineAsync("forewave: nothing was changed");
            return false;
        }
        string position = await plan.MakeAnewAsync(Console.Error.WriteLine, stop);
        await Console.Error.WriteLineAsync($"The database is a copy of the master's as of {position}; its broker follows from there by itself.");
        return true;
    }

    private static TailEntry EntryOf(TailMessage message, ProducerIdentities producers)
    {
        bool isKnown = producers.TryFind(message.Producer, out var id, out string name);
        return new TailEntry
        {
            Stored = message, Message = V1.Message.Parser.ParseFrom(message.Content.Span), Producer = isKnown ? id : null, ProducerName = isKnown ? name : "",
        };
    }

    private static TailPlan PlanOf(ForewaveBrokerOptions options)
    {
        try
        {
            return new TailPlan(options);
        }
        catch (ArgumentException wrong)
        {
            throw UsageException.Of(wrong);
        }
    }

    private static ForewaveBrokerOptions Read(ParseResult parsed)
    {
        ConfigurationSources sources = new()
        {
            File = parsed.GetValue(Config),
            Environment = ProcessVariables.Read(),
            Flags = new Dictionary<string, string?>
            {
                ["store"] = "mysql", ["zookeeper"] = parsed.GetValue(ZooKeeper), ["broker"] = parsed.GetValue(Broker), ["mysql"] = parsed.GetValue(MySql),
                ["peerMysql"] = parsed.GetValue(PeerMySql),
            },
        };
        try
        {
            return BrokerConfiguration.Read(new ForewaveBrokerOptions { Listen = "127.0.0.1:0" }, sources).Options;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
