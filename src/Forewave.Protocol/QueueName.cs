using System.Text;

namespace Forewave.Protocol;

/// <summary>
/// The name of a queue: <c>[a-z0-9][a-z0-9._-]{0,63}</c>, at most 32 of them '.' or '-'. Names that begin with '$' are the
/// system's own. Compared ordinally. <c>default</c> is no name and throws when <see cref="Value"/> is read.
/// </summary>
public readonly record struct QueueName : IComparable<QueueName>
{
    private const string Rule = "a queue's name is [a-z0-9][a-z0-9._-]{0,63} with at most 32 of '.' and '-'";
    private readonly string? _value;

    /// <param name="value">The name.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.NameInvalid"/>: it breaks the rule.</exception>
    public QueueName(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!NameRules.IsQueueName(value))
            throw new ForewaveException(ErrorCode.NameInvalid, Rule);
        _value = value;
    }

    private QueueName(string value, bool _) => _value = value;

    /// <summary>The name as text.</summary>
    public string Value => _value ?? throw DefaultValue.Used(nameof(QueueName));

    /// <summary>Whether it is one of the system's own names, which no client may publish to.</summary>
    public bool IsSystem => Value[0] == '$';

    /// <summary>Whether <paramref name="value"/> is a name; <paramref name="name"/> is <c>default</c> if not.</summary>
    public static bool TryParse(string? value, out QueueName name)
    {
        bool valid = value is not null && NameRules.IsQueueName(value);
        name = valid ? new QueueName(value!, true) : default;
        return valid;
    }

    /// <summary>The same from UTF-8; allocates the string when valid.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out QueueName name)
    {
        name = default;
        if (utf8.Length > Limits.NameBytes)
            return false;
        Span<char> text = stackalloc char[Limits.NameBytes];
        if (Encoding.UTF8.GetChars(utf8, text) != utf8.Length || !NameRules.IsQueueName(text[..utf8.Length]))
            return false;
        name = new QueueName(new string(text[..utf8.Length]), true);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(QueueName other) => string.CompareOrdinal(_value, other._value);

    /// <inheritdoc/>
    public override string ToString() => _value ?? "";
}
