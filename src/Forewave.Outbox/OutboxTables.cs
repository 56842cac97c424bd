namespace Forewave.Outbox;

/// <summary>Where outbox and inbox are in the program's own database. Immutable; thread-safe.</summary>
public sealed record OutboxTables
{
    private const int MaxPrefixLength = 32;
    private readonly string _prefix = "forewave_";

    /// <summary>Which SQL the database speaks.</summary>
    public required DatabaseKind Database { get; init; }

    /// <summary>
    /// What the names of the tables begin with, so that several outboxes may share a database: 1 to 32 of <c>a-z 0-9 _</c>, a letter first.
    /// Default <c>forewave_</c>.
    /// </summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public string Prefix
    {
        get => _prefix;
        init => _prefix = value is { Length: > 0 and <= MaxPrefixLength } && char.IsAsciiLetterLower(value[0])
            && value.All(one => char.IsAsciiLetterLower(one) || char.IsAsciiDigit(one) || one == '_')
            ? value
            : throw new ArgumentException($"'{value}' is not 1 to {MaxPrefixLength} of a-z 0-9 _ with a letter first.", nameof(value));
    }

    /// <summary>The messages.</summary>
    internal string Outbox => _prefix + "outbox";

    /// <summary>One row: which relay works.</summary>
    internal string Relay => _prefix + "outbox_relay";

    /// <summary>The producer id and the next sequence of each partition.</summary>
    internal string Lane => _prefix + "outbox_lane";

    /// <summary>What was done.</summary>
    internal string Inbox => _prefix + "inbox";

    /// <summary>The versions of the others.</summary>
    internal string Schema => _prefix + "schema";
}
