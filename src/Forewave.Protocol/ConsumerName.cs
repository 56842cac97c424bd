using System.Text;

namespace Forewave.Protocol;

/// <summary>
/// The name of a consumer as shown to operators: UTF-8 without control characters or commas, 1 to 64 bytes.
/// Compared ordinally. <c>default</c> is no name and throws when <see cref="Value"/> is read.
/// </summary>
public readonly record struct ConsumerName : IComparable<ConsumerName>
{
    private const string Rule = "a consumer's name is UTF-8 without control characters or commas, 1 to 64 bytes";
    private readonly string? _value;

    /// <param name="value">The name.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.NameInvalid"/>: it breaks the rule.</exception>
    public ConsumerName(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!NameRules.IsText(value, Limits.NameBytes))
            throw new ForewaveException(ErrorCode.NameInvalid, Rule);
        _value = value;
    }

    private ConsumerName(string value, bool _) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw DefaultValue.Used(nameof(ConsumerName));

    /// <summary>Whether <paramref name="value"/> is a name; <paramref name="name"/> is <c>default</c> if not.</summary>
    public static bool TryParse(string? value, out ConsumerName name)
    {
        bool valid = value is not null && NameRules.IsText(value, Limits.NameBytes);
        name = valid ? new ConsumerName(value!, true) : default;
        return valid;
    }

    /// <summary>The same from UTF-8; allocates the string when valid.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out ConsumerName name)
    {
        bool valid = NameRules.IsText(utf8, Limits.NameBytes);
        name = valid ? new ConsumerName(Encoding.UTF8.GetString(utf8), true) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(ConsumerName other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}
