namespace Forewave.Broker.Settings;

/// <summary>What counts at a moment: the options of the start with the live settings over them. Immutable; another one after each change.</summary>
internal sealed class LiveTerms
{
    private LiveTerms(BrokerOptions options, SettingTable table) => (Options, Table) = (options, table);

    /// <summary>The options that count.</summary>
    public BrokerOptions Options { get; }

    /// <summary>The live settings.</summary>
    public SettingTable Table { get; }

    /// <summary>With what is set live.</summary>
    public static LiveTerms Of(BrokerOptions atStart, SettingTable table)
    {
        var options = atStart;
        foreach (var setting in LiveSettings.All.Where(setting => setting.Apply is not null))
        {
            if (table.ValueOf(setting.Key) is { } value && !(setting.NeedsStart && setting.AtStart(atStart) == LiveSetting.Off))
                options = setting.Apply!(options, value);
        }
        return new LiveTerms(options, table);
    }
}
