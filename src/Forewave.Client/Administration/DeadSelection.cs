namespace Forewave.Client.Administration;

/// <summary>Which dead letters of a group are meant, and how fast something is done to them. Immutable.</summary>
public sealed record DeadSelection
{
    /// <summary>
    /// Terms with spaces between them, all of which have to hold: <c>reason~timeout died&gt;=2026-12-24T18:00:00Z header.country=DE</c>.
    /// At most 1,024 bytes. Default: all. docs/guides/dead-letters.md has the fields.
    /// </summary>
    public string Filter { get; init; } = "";

    /// <summary>Messages a second at most; 0, the default: as fast as it goes.</summary>
    public double Rate { get; init; }

    /// <summary>Tell what would be done, and do nothing. Default: no.</summary>
    public bool DryRun { get; init; }
}
