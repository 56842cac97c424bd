namespace Forewave.Client.Administration;

/// <summary>A token of a user, without what it is checked by. Immutable.</summary>
public sealed record TokenDetails
{
    /// <summary>Its id: 16 hexadecimal digits, which stand in its text too.</summary>
    public required string Id { get; init; }

    /// <summary>What it is for; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>When it ends; null: never.</summary>
    public DateTimeOffset? Expires { get; init; }
}
