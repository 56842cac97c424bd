using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary>Which dead letters a verb is about, by a filter, and how fast it goes.</summary>
internal static class DeadFilterOptions
{
    /// <summary>The filter.</summary>
    public static Option<string?> Filter() => new("--filter")
    {
        Description = "such as \"reason~timeout died>=2026-12-24T18:00:00Z header.country=DE\"", HelpName = "TERMS",
    };

    /// <summary>Nothing is changed.</summary>
    public static Option<bool> DryRun() => new("--dry-run") { Description = "say which, and do nothing" };

    /// <summary>Messages a second.</summary>
    public static Option<double?> Rate() => new("--rate") { Description = "messages a second at most", HelpName = "N" };

    /// <summary>Prints the place of each message as it is dealt with, then how many; as JSON both in one.</summary>
    public static async Task PrintAsync(IAsyncEnumerable<DeadProgress> steps, bool json, CancellationToken stop)
    {
        List<long> places = [];
        using ProgressLine progress = new(() => places.Count, "messages");
        await foreach (var step in steps.WithCancellation(stop))
        {
            places.AddRange(step.Places);
            foreach (long place in json ? [] : step.Places)
                Console.Out.WriteLine(place);
        }
        progress.Dispose();
        if (!json)
        {
            Console.Error.WriteLine($"{places.Count} messages");
            return;
        }
        JsonResult.Print(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("messages", places.Count);
            writer.WriteStartArray("places");
            foreach (long place in places)
                writer.WriteNumberValue(place);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
