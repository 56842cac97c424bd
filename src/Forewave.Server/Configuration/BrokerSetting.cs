namespace Forewave.Server.Configuration;

/// <summary>One setting of the broker: a key of the configuration file and a variable of the environment.</summary>
/// <param name="Key">As in the file, for example <c>maxConnections</c>.</param>
/// <param name="Show">The text that options have for it; reads back as the same.</param>
/// <param name="Apply">Gives the options with the setting; throws <see cref="FormatException"/> when the text is none.</param>
internal sealed record BrokerSetting(
    string Key, Func<ForewaveBrokerOptions, string> Show, Func<ForewaveBrokerOptions, string, ForewaveBrokerOptions> Apply)
{
    /// <summary>As in the environment, for example <c>FOREWAVE_MAX_CONNECTIONS</c>.</summary>
    public string Variable { get; } =
        "FOREWAVE_" + string.Concat(Key.Select(letter => char.IsAsciiLetterUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    /// <summary>A variable that other programs take too, which counts where nothing else does; null: none.</summary>
    public string? Standard { get; init; }

    /// <summary>The setting's text for that of <see cref="Standard"/>.</summary>
    public Func<string, string> FromStandard { get; init; } = static text => text;
}
