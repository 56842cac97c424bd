namespace Forewave.Storage.MySql.Replication;

/// <summary>What a setting of a database in a broker group must be.</summary>
internal sealed record SettingRule
{
    /// <summary>The server's variable.</summary>
    public required string Name { get; init; }

    /// <summary>Its value, as the server shows it.</summary>
    public required string Right { get; init; }

    /// <summary>What can happen otherwise, as a sentence's end.</summary>
    public required string Risk { get; init; }

    /// <summary>The one role that it is for; null: both, for roles change.</summary>
    public DatabaseRole? Role { get; init; }

    /// <summary>Whether SET GLOBAL changes it; else it takes the configuration file and a restart.</summary>
    public bool MayBeSet { get; init; } = true;
}
