using System.CommandLine;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary>The settings of a queue as options; what is not given stays as it is.</summary>
internal sealed class QueueSettingOptions
{
    private readonly Option<Toggle?> _relaxed = Parsing.OptionalToggle("--relaxed").Saying("answer before the sync: true or false");
    private readonly Option<TimeSpan?> _retention = Parsing.OptionalDuration("--retention").Saying("how long messages are kept, settled or not");

    private readonly Option<TimeSpan?> _life = Parsing.OptionalDuration("--ttl")
        .Saying("messages that name no time of their own expire so long after they became available; 0s: never");

    private readonly Option<TimeSpan?> _window = Parsing.OptionalDuration("--dedup-window")
        .Saying("how long a deduplication id is known, up to 7d");

    private readonly Option<TimeSpan?> _idle = Parsing.OptionalDuration("--delete-when-idle")
        .Saying("delete the queue when nobody has used it for so long; 0s: never");

    private readonly Option<Toggle?> _trace = Parsing.OptionalToggle("--trace").Saying("keep each delivery and settle: true or false");

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [_relaxed, _retention, _life, _window, _idle, _trace];

    /// <summary>Something was given.</summary>
    public bool IsAnyIn(ParseResult parsed) => Read(parsed) != new QueueSettings();

    /// <summary>What was given.</summary>
    public QueueSettings Read(ParseResult parsed) => new()
    {
        Relaxed = parsed.GetValue(_relaxed).IsOn(),
        Retention = parsed.GetValue(_retention),
        TimeToLive = parsed.GetValue(_life),
        DeduplicationWindow = parsed.GetValue(_window),
        Trace = parsed.GetValue(_trace).IsOn(),
        DeleteWhenIdle = parsed.GetValue(_idle),
    };
}
