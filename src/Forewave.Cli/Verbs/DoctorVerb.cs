using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Cli.Serving;
using Forewave.Server;
using Forewave.Server.Configuration;
using Forewave.Server.Diagnosis;
using Forewave.Server.Listeners;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave doctor</c>: whether this host and the settings of <c>serve</c> let a broker keep its promises. Needs no broker, and does no
/// harm to one. Exit 1 when a finding is a fault, with <c>--strict</c> also when one is a warning.
/// </summary>
internal static class DoctorVerb
{
    private static readonly Option<string?> Data = Parsing.OptionalPath("--data").Saying("the data folder (forewave-data)");
    private static readonly Option<string?> Store = new("--store") { Description = "what keeps the messages: files (default) or mysql", HelpName = "STORE" };
    private static readonly Option<string?> ZooKeeper = new("--zookeeper") { Description = "the broker is of a cluster: ZooKeeper's servers", HelpName = "SERVERS" };
    private static readonly Option<string?> Partition = new("--partition") { Description = "the partition that its group serves (0): 0 to 1023", HelpName = "N" };
    private static readonly Option<string?> Listen = new("--listen") { Description = "for clients (127.0.0.1:7600)", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Http = new("--http") { Description = "for the HTTP API, health and metrics (127.0.0.1:7601)", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Config = Parsing.OptionalPath("--config").Saying("the configuration file of the broker");
    private static readonly Option<bool> Strict = new("--strict") { Description = "exit 1 when there is a warning, too" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("doctor", "Look at disk, limits, clock, memory and versions: does this host let a broker keep its promises? Changes nothing")
        {
            Data, Store, ZooKeeper, Partition, Listen, Http, Config, Strict, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var configuration = Read(parsed);
        var findings = await HostDiagnosis.RunAsync(configuration.Options, configuration.UnknownVariables, stop);
        if (parsed.GetValue(Json))
            FindingText.PrintJson(findings);
        else
            FindingText.Print(findings);
        var bearable = parsed.GetValue(Strict) ? FindingLevel.Fine : FindingLevel.Warning;
        return HostDiagnosis.WorstOf(findings) > bearable ? ExitCode.Failed : ExitCode.Done;
    }

    // Addresses that other hosts reach are the start's to refuse; the database is not looked at.
    private static BrokerConfiguration Read(ParseResult parsed)
    {
        ForewaveBrokerOptions defaults = new() { Listen = "127.0.0.1:7600", Http = "127.0.0.1:7601" };
        ConfigurationSources sources = new()
        {
            File = parsed.GetValue(Config),
            Environment = ProcessVariables.Read(),
            Flags = new Dictionary<string, string?>
            {
                ["data"] = parsed.GetValue(Data),
                ["store"] = parsed.GetValue(Store),
                ["zookeeper"] = parsed.GetValue(ZooKeeper),
                ["partition"] = parsed.GetValue(Partition),
                ["listen"] = parsed.GetValue(Listen),
                ["http"] = parsed.GetValue(Http),
                ["insecure"] = "true",
            },
        };
        try
        {
            var configuration = BrokerConfiguration.Read(defaults, sources);
            ListenPlan.Of(configuration.Options);
            return configuration;
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
