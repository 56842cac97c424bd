using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue create</c>.</summary>
internal static class QueueCreateVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly QueueSettingOptions Settings = new();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create()
    {
        Command command = new("create", "Make a queue") { Queue, Json };
        foreach (var option in Settings.All)
            command.Add(option);
        return command.With(RunAsync);
    }

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var queue = await broker.CreateQueueAsync(parsed.GetRequiredValue(Queue), Settings.Read(parsed), stop);
        EntryText.Print(parsed.GetValue(Json), writer => QueueJson.Write(writer, queue));
    }
}
