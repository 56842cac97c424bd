using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave drain</c>.</summary>
internal static class DrainVerb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly Option<TimeSpan?> Grace = Parsing.OptionalDuration("--grace").Saying("how long clients may finish what is under way (the broker's stopGrace)");
    private static readonly Option<bool> End = new("--end") { Description = "call it off: clients are let in again" };
    private static readonly Option<bool> Show = new("--status") { Description = "say how far it is" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("drain", "Send a broker's clients away before it is stopped; ends when they are gone") { Grace, End, Show, Json }.WithClient(RunAsync);

    private static async Task<int> RunAsync(ForewaveClient client, ParseResult parsed, CancellationToken stop)
    {
        var broker = client.Administration;
        bool ends = parsed.GetValue(End), shows = parsed.GetValue(Show);
        if (ends && shows || (ends || shows) && parsed.GetValue(Grace) is not null)
            throw new UsageException("--grace, --end and --status exclude each other");
        var drain = ends ? await broker.Drains.EndAsync(stop) : shows ? await broker.Drains.ShowAsync(stop) : await DrainAsync(broker, parsed, stop);
        EntryText.Print(parsed.GetValue(Json), writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("draining", drain.IsDraining);
            writer.WriteNumber("connections", drain.Connections);
            writer.WriteEndObject();
        });
        if (ends || shows || drain.IsDraining)
            return ExitCode.Done;
        // A script would stop the broker next, with its clients on it.
        await Console.Error.WriteLineAsync("forewave: somebody called the drain off, or started the broker again: it takes clients");
        return ExitCode.Failed;
    }

    // Who is left after the grace is closed by the broker within a second.
    private static async Task<DrainDetails> DrainAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var drain = await broker.Drains.BeginAsync(parsed.GetValue(Grace), stop);
        while (drain is { IsDraining: true, Connections: > 0 })
        {
            await Task.Delay(Look, TimeProvider.System, stop);
            drain = await broker.Drains.ShowAsync(stop);
        }
        return drain;
    }
}
