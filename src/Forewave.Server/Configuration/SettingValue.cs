namespace Forewave.Server.Configuration;

/// <summary>What a setting is, and who says so.</summary>
internal sealed record SettingValue
{
    /// <summary>The source of what nobody sets.</summary>
    public const string Default = "default";

    /// <summary>The setting.</summary>
    public required BrokerSetting Setting { get; init; }

    /// <summary>Its value, without what is secret in it.</summary>
    public required string Text { get; init; }

    /// <summary>The flag, the variable or the file; <see cref="Default"/> where nobody says anything.</summary>
    public required string Source { get; init; }
}
