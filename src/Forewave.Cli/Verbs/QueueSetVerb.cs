using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue set</c>.</summary>
internal static class QueueSetVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly QueueSettingOptions Settings = new();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create()
    {
        Command command = new("set", "Change a queue's settings") { Queue, Json };
        foreach (var option in Settings.All)
            command.Add(option);
        return command.With(RunAsync);
    }

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        if (!Settings.IsAnyIn(parsed))
            throw new UsageException("give what is to be set");
        var queue = await broker.SetQueueAsync(parsed.GetRequiredValue(Queue), Settings.Read(parsed), stop);
        EntryText.Print(parsed.GetValue(Json), writer => QueueJson.Write(writer, queue));
    }
}
