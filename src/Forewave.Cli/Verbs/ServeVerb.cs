using System.CommandLine;
using Forewave.Cli.Serving;
using Forewave.Server;
using Forewave.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave serve</c>: a broker until SIGTERM or SIGINT, then a clean stop (exit 0), or until its disk fails (exit 1). Flags
/// win over the environment, which wins over the configuration file. Logs go to stderr; stdout has the one line that says where
/// it listens.
/// </summary>
internal static class ServeVerb
{
    private static readonly Option<string?> Data = new("--data") { Description = "the data folder (forewave-data)", HelpName = "DIR" };
    private static readonly Option<string?> Store = new("--store") { Description = "what keeps the messages: files (default) or mysql", HelpName = "STORE" };
    private static readonly Option<string?> MySql = new("--mysql") { Description = "the database of --store mysql: host=…;user=…;password-file=…", HelpName = "WHERE" };
    private static readonly Option<string?> Listen = new("--listen") { Description = "for clients (127.0.0.1:7600); port 0: a free one", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Http = new("--http") { Description = "for the HTTP API, health and metrics (127.0.0.1:7601)", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Config = new("--config") { Description = "a JSON file with settings", HelpName = "FILE" };
    private static readonly Option<bool> Insecure = new("--insecure") { Description = "allow addresses that other hosts reach" };
    private static readonly Option<LogLevel?> Level = new("--log") { Description = "Trace, Debug, Information (default), Warning, Error; else FOREWAVE_LOG", HelpName = "LEVEL" };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("serve", "Run a broker") { Data, Store, MySql, Listen, Http, Config, Insecure, Level };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        using var loggers = Loggers(parsed.GetValue(Level));
        var options = Options(parsed) with { LoggerFactory = loggers };
        ForewaveBroker broker = new(options);
        await using (broker)
            return await new BrokerRun(broker, Console.Out) { Messages = Console.Error }.RunAsync(stop);
    }

    private static ForewaveBrokerOptions Options(ParseResult parsed)
    {
        ForewaveBrokerOptions options = new() { Listen = "127.0.0.1:7600", Http = "127.0.0.1:7601" };
        try
        {
            if (parsed.GetValue(Config) is { } file)
                options = BrokerSettings.WithJson(options, File.ReadAllText(file));
            options = BrokerSettings.WithEnvironment(options, Environment.GetEnvironmentVariable);
            if (parsed.GetValue(Store) is { } store)
                options = options with { Store = BrokerSettings.Store(store) };
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message);
        }
        RefuseWhatIsNotUsed(parsed, options.Store);
        return options with
        {
            DataFolder = parsed.GetValue(Data) ?? options.DataFolder,
            MySql = parsed.GetValue(MySql) ?? options.MySql,
            Listen = parsed.GetValue(Listen) ?? options.Listen,
            Http = parsed.GetValue(Http) ?? options.Http,
            Insecure = parsed.GetValue(Insecure) || options.Insecure,
        };
    }

    // A flag that would be ignored is wrong usage.
    private static void RefuseWhatIsNotUsed(ParseResult parsed, StoreKind store)
    {
        if (store == StoreKind.MySql && parsed.GetValue(Data) is not null)
            throw new UsageException("--data is for --store files: --store mysql keeps everything in the database");
        if (store != StoreKind.MySql && parsed.GetValue(MySql) is not null)
            throw new UsageException("--mysql is for --store mysql");
    }

    private static ILoggerFactory Loggers(LogLevel? level)
    {
        if (level is null && Enum.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_LOG"), ignoreCase: true, out LogLevel variable))
            level = variable;
        return LoggerFactory.Create(logging => logging
            .SetMinimumLevel(level ?? LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            })
            .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
    }
}
