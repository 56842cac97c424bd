namespace Forewave.Client.Administration;

/// <summary>A change of a live setting. Immutable.</summary>
public sealed record SettingChange
{
    /// <summary>Its number at its partition, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When, by the broker's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who: the user, else what the client calls itself.</summary>
    public required string By { get; init; }

    /// <summary>Which setting.</summary>
    public required string Name { get; init; }

    /// <summary>Its live value before; null: there was none.</summary>
    public string? Before { get; init; }

    /// <summary>Its live value after; null: none is left.</summary>
    public string? After { get; init; }
}
