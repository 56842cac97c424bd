using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Server.Cluster;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave cluster status</c>: every group's record, who announces itself, and how its databases stand. Exit 1 when a group has no
/// master that is announced.
/// </summary>
internal static class ClusterStatusVerb
{
    private static readonly Option<string?> ZooKeeper = ClusterOptions.ZooKeeper();
    private static readonly Option<string?> Config = ClusterOptions.Config();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("status", "Show every broker group: its record, its brokers, how far its databases are") { ZooKeeper, Config, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var desk = await ClusterOptions.OpenAsync(parsed, stop);
        var groups = await desk.ReadAsync(stop);
        ClusterText.Print(parsed.GetValue(Json), groups);
        return groups.All(group => group.Master is not null) ? ExitCode.Done : ExitCode.Failed;
    }
}
