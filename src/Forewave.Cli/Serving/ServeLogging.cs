using Forewave.Server;
using Forewave.Server.Export;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Forewave.Cli.Serving;

/// <summary>How a broker process logs: to stderr, and where its settings say so to a collector too. Immutable.</summary>
internal sealed record ServeLogging
{
    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>The lowest level that is written.</summary>
    public required LogLevel Level { get; init; }

    /// <summary>How it is written.</summary>
    public required LogFormat Format { get; init; }

    /// <summary>The loggers; the caller's.</summary>
    public ILoggerFactory Open(ForewaveBrokerOptions options) => LoggerFactory.Create(logging =>
    {
        // What Kestrel cannot bind is told once, as the failure of the start.
        logging.SetMinimumLevel(Level)
            .AddFilter("Microsoft", LogLevel.Warning)
            // Who did what is written whatever else is.
            .AddFilter("Forewave.Audit", LogLevel.Information)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId)
            .AddForewaveExport(options);
        AddConsole(logging).Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });

    private ILoggingBuilder AddConsole(ILoggingBuilder logging) => Format == LogFormat.Json
        ? logging.AddJsonConsole(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = Time;
        })
        : logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = Time + " ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
}
