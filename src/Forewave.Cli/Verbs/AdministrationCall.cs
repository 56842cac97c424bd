using System.CommandLine;
using Forewave.Client;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary>Runs a verb that asks the broker's administration something.</summary>
internal static class AdministrationCall
{
    /// <summary>Gives a command its <c>--server</c> and its action.</summary>
    public static Command With(this Command command, Func<BrokerAdministration, ParseResult, CancellationToken, Task> ask)
    {
        var server = ClientOptions.Server();
        command.Add(server);
        command.SetAction(async (parsed, stop) =>
        {
            await using var client = ClientOptions.Connect(new ForewaveClientOptions { Server = parsed.GetRequiredValue(server), RequestTimeout = ClientOptions.ReachTime });
            await ask(client.Administration, parsed, stop);
            return ExitCode.Done;
        });
        return command;
    }
}
