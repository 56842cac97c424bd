using System.CommandLine;
using Forewave.Cli.Serving;
using Forewave.Server;
using Forewave.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave serve</c>: a broker until SIGTERM or SIGINT, then a clean stop (exit 0), or until its disk fails (exit 1). Flags
/// win over the environment, which wins over the configuration file. Logs go to stderr; stdout has the one line that says where
/// it listens. <c>--check</c> looks at the settings alone.
/// </summary>
internal static class ServeVerb
{
    private static readonly Option<string?> Data = Parsing.OptionalPath("--data").Saying("the data folder (forewave-data)");
    private static readonly Option<string?> Store = new("--store") { Description = "what keeps the messages: files (default) or mysql", HelpName = "STORE" };
    private static readonly Option<string?> MySql = new("--mysql") { Description = "the database of --store mysql: host=…;user=…;password-file=…", HelpName = "WHERE" };
    private static readonly Option<string?> ZooKeeper = new("--zookeeper") { Description = "the broker is of a cluster: ZooKeeper's servers, host:port[,host:port…][/path]", HelpName = "SERVERS" };
    private static readonly Option<string?> Partition = new("--partition") { Description = "the partition that its group serves (0): 0 to 1023", HelpName = "N" };
    private static readonly Option<string?> Broker = new("--broker") { Description = "its name in the group", HelpName = "NAME" };
    private static readonly Option<string?> PeerMySql = new("--peer-mysql") { Description = "the other broker's database, with the account of replication: host=…;user=…;password-file=…", HelpName = "WHERE" };
    private static readonly Option<string?> Advertise = new("--advertise") { Description = "where clients reach it, as its group says it (where it listens)", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Listen = new("--listen") { Description = "for clients (127.0.0.1:7600); port 0: a free one", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Http = new("--http") { Description = "for the HTTP API, health and metrics (127.0.0.1:7601)", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Config = Parsing.OptionalPath("--config").Saying("a JSON or YAML file with settings");
    private static readonly Option<bool> Check = new("--check") { Description = "print every setting with its source, start nothing; exit 2 when one is wrong" };
    private static readonly Option<string?> TlsCertificate = Parsing.OptionalPath("--tls-cert").Saying("TLS on both ports: a PEM file with the certificate and those that lead to its authority");
    private static readonly Option<string?> TlsKey = Parsing.OptionalPath("--tls-key").Saying("its key, a PEM file without a password");
    private static readonly Option<bool> Insecure = new("--insecure") { Description = "allow addresses that other hosts reach" };
    private static readonly Option<LogLevel?> Level = new("--log")
    {
        Description = "Trace, Debug, Information (default), Warning, Error; else FOREWAVE_LOG",
        HelpName = "LEVEL",
        CustomParser = result => Parsing.OneOf<LogLevel>(result),
    };

    private static readonly Option<LogFormat?> Format = new("--log-format")
    {
        Description = "how log lines are written: text (default) or json; else FOREWAVE_LOG_FORMAT",
        HelpName = "FORMAT",
        CustomParser = result => Parsing.OneOf<LogFormat>(result),
    };

    private static readonly Option<string?> Otlp = new("--otlp") { Description = "send metrics, traces and logs to a collector of OpenTelemetry, http://127.0.0.1:4318", HelpName = "URL" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    private const string LevelVariable = "FOREWAVE_LOG";
    private const string FormatVariable = "FOREWAVE_LOG_FORMAT";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("serve", "Run a broker") { Data, Store, MySql, ZooKeeper, Partition, Broker, PeerMySql, Advertise, Listen, Http, Config, TlsCertificate, TlsKey, Insecure, Check, Level, Format, Otlp, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var configuration = Read(parsed);
        CheckOptions(configuration.Options);
        if (parsed.GetValue(Check))
            return ConfigurationCheck.Print(configuration, parsed.GetValue(Json));
        if (parsed.GetValue(Json))
            throw new UsageException("--json is for --check");
        using var loggers = new ServeLogging
        {
            Level = parsed.GetValue(Level) ?? OfEnvironment(LevelVariable, LogLevel.Information),
            Format = parsed.GetValue(Format) ?? OfEnvironment(FormatVariable, LogFormat.Text),
        }.Open(configuration.Options);
        configuration.WarnOfUnknown(loggers.CreateLogger("Forewave.Server"));
        ForewaveBroker broker = new(configuration.Options with { LoggerFactory = loggers });
        await using (broker)
            return await new BrokerRun(broker, Console.Out) { Messages = Console.Error }.RunAsync(stop);
    }

    // Before anything is opened: what the start throws later is no wrong usage.
    private static void CheckOptions(ForewaveBrokerOptions options)
    {
        try
        {
            ForewaveBroker.Check(options);
        }
        catch (ArgumentException wrong)
        {
            throw UsageException.Of(wrong);
        }
    }

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
                ["mysql"] = parsed.GetValue(MySql),
                ["zookeeper"] = parsed.GetValue(ZooKeeper),
                ["partition"] = parsed.GetValue(Partition),
                ["broker"] = parsed.GetValue(Broker),
                ["peerMysql"] = parsed.GetValue(PeerMySql),
                ["advertise"] = parsed.GetValue(Advertise),
                ["listen"] = parsed.GetValue(Listen),
                ["http"] = parsed.GetValue(Http),
                ["otlp"] = parsed.GetValue(Otlp),
                ["tlsCertificate"] = parsed.GetValue(TlsCertificate),
                ["tlsKey"] = parsed.GetValue(TlsKey),
                ["insecure"] = parsed.GetValue(Insecure) ? "true" : null,
            },
        };
        try
        {
            var configuration = BrokerConfiguration.Read(defaults, sources);
            RefuseWhatIsNotUsed(parsed, configuration.Options.Store);
            return configuration;
        }
        catch (Exception wrong) when (wrong is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException(wrong.Message);
        }
    }

    // A flag that would be ignored is wrong usage.
    private static void RefuseWhatIsNotUsed(ParseResult parsed, StoreKind store)
    {
        if (store == StoreKind.MySql && parsed.GetValue(Data) is not null)
            throw new UsageException("--data is for --store files: --store mysql keeps everything in the database");
        if (store != StoreKind.MySql && parsed.GetValue(MySql) is not null)
            throw new UsageException("--mysql is for --store mysql");
    }

    private static T OfEnvironment<T>(string variable, T unlessTold)
        where T : struct, Enum
    {
        string? text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text))
            return unlessTold;
        return Parsing.TryName(text, out T value) ? value : throw new UsageException($"{variable}: '{text}' is {Parsing.NoneOf<T>()}");
    }
}
