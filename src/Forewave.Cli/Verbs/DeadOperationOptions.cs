using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>Options and results that <c>dead redrive</c>, <c>dead purge</c> and their like have in common.</summary>
internal static class DeadOperationOptions
{
    private const double MostRate = 1_000_000;

    /// <summary>The filter.</summary>
    public static Option<string?> Filter() => Parsing.OptionalText("--filter")
        .Saying("such as \"reason~timeout died>=2026-12-24T18:00:00Z header.country=DE\"");

    /// <summary>Nothing is changed.</summary>
    public static Option<bool> DryRun() => new("--dry-run") { Description = "say which, and do nothing" };

    /// <summary>Messages a second.</summary>
    public static Option<double?> Rate() => Parsing.OptionalRate("--rate", new() { Least = 0.001, Most = MostRate }).Saying("messages a second at most, 0.001 to 1,000,000");

    /// <summary>Why.</summary>
    public static Option<string?> Reason() => new("--reason") { Description = "why, for the trail", HelpName = "TEXT" };

    /// <summary>The operation begins, and the command ends.</summary>
    public static Option<bool> Detach() => new("--detach") { Description = "begin, print the operation's number, and do not wait for its end" };

    /// <summary>Which operation.</summary>
    public static Argument<DeadOperationId> Id() => Parsing.DeadOperationArgument().Saying("its number, as 'dead operations' tells");

    /// <summary>Prints what a filter takes, place by place, and does nothing.</summary>
    public static async Task TryAsync(IAsyncEnumerable<DeadLetter> letters, bool json, CancellationToken stop)
    {
        List<DeadPlace> places = [];
        await foreach (var letter in letters.WithCancellation(stop))
        {
            places.Add(letter.Place);
            if (!json)
                Console.Out.WriteLine(letter.Place);
        }
        if (!json)
        {
            Console.Error.WriteLine($"{places.Count} messages, and nothing done");
            return;
        }
        JsonResult.Print(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("messages", places.Count);
            writer.WriteBoolean("dryRun", true);
            writer.WriteStartArray("places");
            foreach (var place in places)
                DeadIdJson.Write(writer, place);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary>Begins an operation and, unless told otherwise, waits for its end; stopping the command does not stop it.</summary>
    public static async Task RunAsync(
        BrokerAdministration broker, (QueueName Queue, GroupName Group) of, (DeadOperationTerms Terms, bool Detach, bool Json) how, CancellationToken stop)
    {
        var operation = await broker.DeadLetters.BeginAsync(of.Queue, of.Group, how.Terms, stop);
        if (how.Detach)
        {
            Print(operation, how.Json);
            return;
        }
        try
        {
            using ProgressLine progress = new(() => operation.Messages, "messages");
            await foreach (var now in broker.DeadLetters.WatchAsync(of.Queue, of.Group, operation.Id, stop))
                operation = now;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Console.Error.WriteLine(
                $"operation {operation.Id} goes on: forewave dead cancel {of.Queue} {operation.Id} --group {of.Group} stops it");
            throw;
        }
        Print(operation, how.Json);
    }

    /// <summary>Prints what was done at once.</summary>
    public static void Print(DeadDone done, bool json)
    {
        if (!json)
        {
            Console.Out.WriteLine(done.Messages == 0 ? "0 messages" : $"{done.Messages} messages, operation {done.Operation}");
            return;
        }
        JsonResult.Print(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("messages", done.Messages);
            DeadIdJson.Write(writer, "operation", done.Operation);
            writer.WriteEndObject();
        });
    }

    /// <summary>Prints an operation: a line, or JSON.</summary>
    public static void Print(DeadOperation operation, bool json)
    {
        if (json)
            JsonResult.Print(writer => DeadOperationJson.Write(writer, operation));
        else
            Console.Out.WriteLine($"{operation.Messages} messages, operation {operation.Id} {DeadOperationJson.NameOf(operation.State)}");
    }
}
