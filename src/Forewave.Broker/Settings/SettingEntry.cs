namespace Forewave.Broker.Settings;

/// <summary>A live setting as it is between two changes. Immutable.</summary>
internal sealed record SettingEntry
{
    /// <summary>Its key, and what it is set for behind an <c>@</c>, where that is not the broker.</summary>
    public required string Name { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }

    /// <summary>Unix time in milliseconds of its change.</summary>
    public required long Changed { get; init; }

    /// <summary>Who changed it.</summary>
    public required string By { get; init; }
}
