using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead operation</c>: one operation, and what has become of each message that it touched.</summary>
internal static class DeadOperationVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<DeadOperationId> Id = DeadOperationOptions.Id();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("operation", "One operation, and what has become of its messages") { Queue, Id, Group, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, group, id) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(Id));
        var operation = await broker.DeadLetters.ShowAsync(queue, group, id, stop);
        List<DeadResult> results = [];
        await foreach (var result in broker.DeadLetters.ResultsAsync(queue, group, id, stop))
            results.Add(result);
        EntryText.Print(parsed.GetValue(Json), writer =>
        {
            writer.WriteStartObject();
            DeadOperationJson.WriteFields(writer, operation);
            writer.WriteStartArray("results");
            foreach (var result in results)
                DeadOperationJson.Write(writer, result);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
