using System.CommandLine;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>Runs a verb that asks the broker's administration something.</summary>
internal static class AdministrationCall
{
    /// <summary>Gives a command its <c>--server</c> and its action.</summary>
    public static Command With(this Command command, Func<BrokerAdministration, ParseResult, CancellationToken, Task> ask) =>
        command.WithClient(async (client, parsed, stop) =>
        {
            await ask(client.Administration, parsed, stop);
            return ExitCode.Done;
        });

    /// <summary>Gives a command its <c>--server</c> and an action that says how the program exits.</summary>
    public static Command WithClient(this Command command, Func<ForewaveClient, ParseResult, CancellationToken, Task<int>> ask)
    {
        var server = ClientOptions.Server();
        var partition = Parsing.OptionalNumber("--partition", new() { Least = 0, Most = Limits.MaxPartition }).Saying("of several partitions this one alone: 0 to 1023");
        command.Add(server);
        command.Add(partition);
        command.SetAction(async (parsed, stop) =>
        {
            await using var client = ClientOptions.Connect(new ForewaveClientOptions
            {
                Server = parsed.GetRequiredValue(server), RequestTimeout = ClientOptions.ReachTime, Partition = PartitionOf(parsed.GetValue(partition)), ForOperators = true,
            });
            return await ask(client, parsed, stop);
        });
        return command;
    }

    private static PartitionNumber? PartitionOf(int? number) => number is { } given ? new PartitionNumber((ushort)given) : null;
}
