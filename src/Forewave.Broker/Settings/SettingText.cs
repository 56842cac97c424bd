namespace Forewave.Broker.Settings;

/// <summary>A setting's name, for the log.</summary>
internal readonly record struct SettingText(string Text)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
