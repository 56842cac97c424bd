using System.Data;
using System.Data.Common;

namespace Forewave.Outbox.Hosting;

/// <summary>An application's inbox. Immutable; checked when it is added.</summary>
public sealed record InboxOptions
{
    /// <summary>Where the inbox is.</summary>
    public required OutboxTables Tables { get; init; }

    /// <summary>Makes a connection to the program's own database, one for each message that is handled: opened and disposed here, which pools of the driver make cheap.</summary>
    public required Func<DbConnection> Connect { get; init; }

    /// <summary>The isolation of handlers' transactions. Default: read committed; the record itself needs no more.</summary>
    public IsolationLevel Isolation { get; init; } = IsolationLevel.ReadCommitted;

    /// <summary>How long records are kept, at least as long as a message can come again. 1 minute to 3,650 days, default 60 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(60);

    /// <summary>How often it is cleaned. 1 s to 1 day, default 1 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Records that are deleted at once. 1 to 100,000, default 5,000.</summary>
    public int CleanRows { get; init; } = 5_000;

    /// <exception cref="ArgumentException">Something is out of its range.</exception>
    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Tables);
        ArgumentNullException.ThrowIfNull(Connect);
        if (Retention < TimeSpan.FromMinutes(1) || Retention > TimeSpan.FromDays(3_650))
        {
            throw new ArgumentException($"{nameof(Retention)} is {Retention}, not 1 minute to 3,650 days.");
        }

        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{nameof(Interval)} is {Interval}, not 1 s to 1 day.");
        }

        if (CleanRows is < 1 or > 100_000)
        {
            throw new ArgumentException($"{nameof(CleanRows)} is {CleanRows}, not 1 to 100,000.");
        }
    }
}
