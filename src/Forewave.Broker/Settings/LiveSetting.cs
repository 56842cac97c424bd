using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Broker.Settings;

/// <summary>A setting that can be changed while the broker runs. Immutable.</summary>
internal sealed record LiveSetting
{
    /// <summary>Its key, as in docs/configuration.md.</summary>
    public required string Key { get; init; }

    /// <summary>What it can be set for.</summary>
    public SettingScope Scopes { get; init; } = SettingScope.Broker;

    /// <summary>Gives a value its one spelling; throws <see cref="FormatException"/>, which says what it would be.</summary>
    public required Func<string, string> Read { get; init; }

    /// <summary>What counts where nothing live is set.</summary>
    public required Func<BrokerOptions, string> AtStart { get; init; }

    /// <summary>The options with a live value; null: others look at the value.</summary>
    public Func<BrokerOptions, string, BrokerOptions>? Apply { get; init; }

    /// <summary>It cannot be switched on where the broker was started without it.</summary>
    public bool NeedsStart { get; init; }

    /// <summary>It is on or off, and off takes something away.</summary>
    public bool IsSwitch { get; init; }

    /// <summary>A switch that no options know.</summary>
    public static LiveSetting Alone(string key, SettingScope scopes, string atStart) => new()
    {
        Key = key, Scopes = scopes, Read = ReadSwitch, AtStart = _ => atStart, IsSwitch = true,
    };

    /// <summary>A number that no options know; 0: no bound.</summary>
    public static LiveSetting Quota(string key, SettingScope scopes) => new()
    {
        Key = key, Scopes = scopes, Read = static text => ReadNumber(text, (0, Limits.MaxQuota)), AtStart = static _ => "0",
    };

    /// <summary>A switch that is a part of the options.</summary>
    public static LiveSetting Switch(string key, Func<BrokerOptions, bool> get, Func<BrokerOptions, bool, BrokerOptions> set) => new()
    {
        Key = key, Read = ReadSwitch, AtStart = options => TextOf(get(options)), Apply = (options, text) => set(options, text == On), IsSwitch = true,
    };

    /// <summary>A number that is a part of the options.</summary>
    public static LiveSetting Number(string key, (long Least, long Most) range, Func<BrokerOptions, long> get, Func<BrokerOptions, long, BrokerOptions> set) => new()
    {
        Key = key, Read = text => ReadNumber(text, range), AtStart = options => get(options).ToString(CultureInfo.InvariantCulture),
        Apply = (options, text) => set(options, NumberOf(text)),
    };

    /// <summary>Reads a switch.</summary>
    public static string ReadSwitch(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" => On,
        "FALSE" => Off,
        _ => throw new FormatException("it is true or false"),
    };

    /// <summary>Reads a whole number.</summary>
    public static string ReadNumber(string text, (long Least, long Most) range) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= range.Least && number <= range.Most
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"it is a whole number from {range.Least:N0} {(range.Most == long.MaxValue ? "on" : $"to {range.Most:N0}")}"));

    /// <summary>Reads a whole number from the least on, or 0.</summary>
    public static string ReadBound(string text, long least) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && (number == 0 || number >= least)
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it is 0 or a whole number from {least:N0} on"));

    /// <summary>A number that <see cref="ReadNumber"/> gave.</summary>
    public static long NumberOf(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    public const string On = "true";
    public const string Off = "false";

    private static string TextOf(bool on) => on ? On : Off;
}
