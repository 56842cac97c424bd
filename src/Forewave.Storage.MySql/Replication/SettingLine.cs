namespace Forewave.Storage.MySql.Replication;

/// <summary>One line of the report: a setting of one database.</summary>
/// <param name="Role">Whose.</param>
/// <param name="Rule">What it must be, and why.</param>
/// <param name="Is">What it is.</param>
internal sealed record SettingLine(DatabaseRole Role, SettingRule Rule, string Is)
{
    /// <summary>Whether it is as it must be.</summary>
    public bool IsRight => string.Equals(Is, Rule.Right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the broker set it, when it found it wrong.</summary>
    public bool WasSet { get; init; }

    public override string ToString() => IsRight
        ? $"{Rule.Name} of the {Word} is {Is}{(WasSet ? " (set by the broker)" : "")}"
        : $"{Rule.Name} of the {Word} is {(Is.Length == 0 ? "empty" : Is)}, must be {(Rule.Right.Length == 0 ? "empty" : Rule.Right)}: {Rule.Risk}{(Rule.MayBeSet ? "" : " Change the server's configuration file and start it again.")}";

    private string Word => Role == DatabaseRole.Master ? "master" : "slave";
}
