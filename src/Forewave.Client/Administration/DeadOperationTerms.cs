namespace Forewave.Client.Administration;

/// <summary>What is to be done with which dead letters of a group. Immutable.</summary>
public sealed record DeadOperationTerms
{
    /// <summary>Redrive or purge.</summary>
    public required DeadAction Action { get; init; }

    /// <summary>
    /// Terms with spaces between them, all of which have to hold: <c>reason~timeout died&gt;=2026-12-24T18:00:00Z header.country=DE</c>.
    /// At most 1,024 bytes. Default: all. docs/guides/dead-letters.md has the fields.
    /// </summary>
    public string Filter { get; init; } = "";

    /// <summary>Messages a second at most, 0.001 to 1,000,000; 0, the default: as fast as it goes. Of several partitions each gets an equal share.</summary>
    public double Rate { get; init; }

    /// <summary>Why, for those who look later; at most 255 bytes. Default: none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A purge that cannot be undone, and makes room at once. Default: no.</summary>
    public bool ForGood { get; init; }
}
