using System.Data.Common;
using System.Diagnostics.Metrics;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Outbox;

/// <summary>How an <see cref="OutboxRelay"/> works. Immutable; checked when the relay is made.</summary>
public sealed record OutboxRelayOptions
{
    /// <summary>Where the outbox is.</summary>
    public required OutboxTables Tables { get; init; }

    /// <summary>Makes a connection to the program's own database, which the relay opens and disposes. It has two at a time at most.</summary>
    public required Func<DbConnection> Connect { get; init; }

    /// <summary>The role under which messages are published. Default: the client's name.</summary>
    public ProducerName? Name { get; init; }

    /// <summary>Rows that are claimed at once. 1 to 10,000, default 4,000. Twice as many are claimed and not sent at most.</summary>
    public int ClaimRows { get; init; } = 4_000;

    /// <summary>Bytes of messages that are claimed at once; one larger message goes by itself. 64 KiB to 64 MiB, default 8 MiB.</summary>
    public int ClaimBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How often the outbox is looked at while nothing comes. 10 ms to 1 min, default 200 ms. See <see cref="OutboxRelay.Wake"/>.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// How long the lock is a relay's that does not renew it, by the database's clock: so long after it died another one takes over. 1 s to
    /// 10 min, default 15 s. A relay renews it three times in this time at least. The same for all relays of an outbox: one that stands by
    /// goes by its own.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long sent rows are kept. Zero to 365 days, default 1 day.</summary>
    public TimeSpan SentRetention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Sent rows that are deleted at once. 1 to 100,000, default 5,000.</summary>
    public int CleanRows { get; init; } = 5_000;

    /// <summary>Makes queues that do not exist. Default true.</summary>
    public bool CreateQueues { get; init; } = true;

    /// <summary>How often a queue is tried that could not be opened and that rows wait for. 1 s to 1 h, default 10 s.</summary>
    public TimeSpan ParkedRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a relay that is told to end waits for the answers to what it has sent. Zero to 5 min, default 10 s. A
    /// statement that is under way is not cancelled: the command time-out of the driver bounds it.
    /// </summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where it logs: events 9000 to 9099. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Makes its meter, <c>Forewave.Outbox</c>. Default: one of its own.</summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>Its clock, for pauses. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What is out of its range; empty: nothing.</summary>
    internal IEnumerable<string> Problems()
    {
        if (ClaimRows is < 1 or > 10_000)
        {
            yield return $"{nameof(ClaimRows)} is {ClaimRows}, not 1 to 10,000.";
        }

        if (ClaimBytes is < 64 * 1024 or > 64 * 1024 * 1024)
        {
            yield return $"{nameof(ClaimBytes)} is {ClaimBytes}, not 64 KiB to 64 MiB.";
        }

        if (CleanRows is < 1 or > 100_000)
        {
            yield return $"{nameof(CleanRows)} is {CleanRows}, not 1 to 100,000.";
        }

        foreach (string problem in new[]
        {
            Problem(nameof(PollInterval), PollInterval, (TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1))),
            Problem(nameof(Lease), Lease, (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10))),
            Problem(nameof(SentRetention), SentRetention, (TimeSpan.Zero, TimeSpan.FromDays(365))),
            Problem(nameof(ParkedRetry), ParkedRetry, (TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))),
            Problem(nameof(StopPatience), StopPatience, (TimeSpan.Zero, TimeSpan.FromMinutes(5))),
        }.OfType<string>())
        {
            yield return problem;
        }
    }

    /// <exception cref="ArgumentException">Something is out of its range.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Tables);
        ArgumentNullException.ThrowIfNull(Connect);
        if (string.Join(' ', Problems()) is { Length: > 0 } problems)
        {
            throw new ArgumentException(problems);
        }
    }

    private static string? Problem(string name, TimeSpan value, (TimeSpan Least, TimeSpan Most) range) =>
        value < range.Least || value > range.Most ? $"{name} is {value}, not {range.Least} to {range.Most}." : null;
}
