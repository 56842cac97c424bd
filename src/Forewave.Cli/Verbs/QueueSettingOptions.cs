using System.CommandLine;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary>The settings of a queue as options; what is not given stays as it is.</summary>
internal sealed class QueueSettingOptions
{
    private readonly Option<bool?> _relaxed = new("--relaxed") { Description = "answer before the sync: true or false", HelpName = "BOOL" };
    private readonly Option<TimeSpan?> _retention = Parsing.OptionalDuration("--retention");

    private readonly Option<TimeSpan?> _life = Parsing.OptionalDuration("--ttl")
        .Saying("messages that name no time of their own expire so long after they became available; 0s: never");

    private readonly Option<TimeSpan?> _window = Parsing.OptionalDuration("--dedup-window");

    private readonly Option<TimeSpan?> _idle = Parsing.OptionalDuration("--delete-when-idle");

    private readonly Option<bool?> _trace = new("--trace") { Description = "keep each delivery and settle: true or false", HelpName = "BOOL" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_relaxed, _retention, _life, _window, _idle, _trace];

    /// <summary>Something was given.</summary>
    public bool IsAnyIn(ParseResult parsed) => Read(parsed) != new QueueSettings();

    /// <summary>What was given.</summary>
    public QueueSettings Read(ParseResult parsed) => new()
    {
        Relaxed = parsed.GetValue(_relaxed),
        Retention = parsed.GetValue(_retention),
        TimeToLive = parsed.GetValue(_life),
        DeduplicationWindow = parsed.GetValue(_window),
        Trace = parsed.GetValue(_trace),
        DeleteWhenIdle = parsed.GetValue(_idle),
    };
}
