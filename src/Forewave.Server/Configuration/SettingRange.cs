using System.Globalization;

namespace Forewave.Server.Configuration;

/// <summary>The whole numbers that a setting may be.</summary>
internal readonly record struct SettingRange
{
    /// <summary>The lowest of them.</summary>
    public required long Least { get; init; }

    /// <summary>The greatest of them.</summary>
    public required long Most { get; init; }

    /// <summary>And 0, which is below the lowest.</summary>
    public bool OrZero { get; init; }

    /// <summary>Reads one of them.</summary>
    /// <exception cref="FormatException">The text is none; the message says what would be.</exception>
    public long Read(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && (number >= Least && number <= Most || OrZero && number == 0)
            ? number
            : throw new FormatException($"it is {(OrZero ? "0 or " : "")}a whole number{this}");

    /// <summary>As it follows the word number.</summary>
    public override string ToString() => Most >= int.MaxValue
        ? string.Create(CultureInfo.InvariantCulture, $" from {Least:N0} on")
        : string.Create(CultureInfo.InvariantCulture, $" from {Least:N0} to {Most:N0}");
}
