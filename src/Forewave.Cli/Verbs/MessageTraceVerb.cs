using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message trace</c>: what happened to a message, in the order of time.</summary>
internal static class MessageTraceVerb
{
    private static readonly Argument<MessageId> Id = Parsing.MessageIdArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("trace", "What happened to a message") { Id, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var trace = await broker.Messages.TraceAsync(parsed.GetRequiredValue(Id), stop);
        EntryText.Print(parsed.GetValue(Json), writer => MessageTraceJson.Write(writer, trace));
        if (!trace.IsTraced)
            await Console.Error.WriteLineAsync($"queue {trace.Queue.Value} is not traced: only failures are known (forewave queue set {trace.Queue.Value} --trace true)");
    }
}
