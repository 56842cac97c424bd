namespace Forewave.Broker.Settings;

/// <summary>What somebody wants a setting to be.</summary>
internal readonly record struct SettingWish
{
    /// <summary>Its key, and what it is set for behind an <c>@</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its value; null: that of the start counts again.</summary>
    public required string? Value { get; init; }

    /// <summary>Who wants it.</summary>
    public required string By { get; init; }
}
