using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Cli.Serving;
using Forewave.Server;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave upgrade finalize</c>: does what takes away the way back to the version before. It works on the store itself, with the
/// settings of <c>serve</c>, and needs no broker.
/// </summary>
internal static class UpgradeFinalizeVerb
{
    private static readonly Option<string?> Store = new("--store") { Description = "what keeps the messages: files (default) or mysql", HelpName = "STORE" };
    private static readonly Option<string?> MySql = new("--mysql") { Description = "the database of --store mysql: host=…;user=…;password-file=…", HelpName = "WHERE" };
    private static readonly Option<string?> Config = new("--config") { Description = "the configuration file of the broker", HelpName = "FILE" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("finalize", "Do what the version before could not read: afterwards there is no way back to it") { Store, MySql, Config, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var options = Read(parsed);
        var steps = await ForewaveBroker.FinalizeUpgradeAsync(options, stop);
        if (parsed.GetValue(Json))
            PrintJson(steps);
        else
            Console.WriteLine(steps.Count == 0 ? "nothing to do" : $"done: schema step {string.Join(", ", steps)}");
        return ExitCode.Done;
    }

    private static void PrintJson(IReadOnlyList<int> steps) => JsonResult.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("steps");
        foreach (int step in steps)
            writer.WriteNumberValue(step);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static ForewaveBrokerOptions Read(ParseResult parsed)
    {
        ConfigurationSources sources = new()
        {
            File = parsed.GetValue(Config),
            Environment = ProcessVariables.Read(),
            Flags = new Dictionary<string, string?> { ["store"] = parsed.GetValue(Store), ["mysql"] = parsed.GetValue(MySql) },
        };
        try
        {
            var options = BrokerConfiguration.Read(new ForewaveBrokerOptions(), sources).Options;
            if (options.Store != StoreKind.MySql && parsed.GetValue(MySql) is not null)
                throw new UsageException("--mysql is for --store mysql");
            ForewaveBroker.Check(options);
            return options;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(wrong.Message);
        }
        catch (ArgumentException wrong)
        {
            throw UsageException.Of(wrong);
        }
    }
}
