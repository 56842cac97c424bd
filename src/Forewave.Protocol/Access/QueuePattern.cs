namespace Forewave.Protocol.Access;

/// <summary>
/// Which queues a right is for: one name, <c>orders</c>; names that begin alike, <c>orders.*</c>; or all, <c>*</c>. <c>default</c> is
/// none and throws when it is used.
/// </summary>
public readonly record struct QueuePattern : IComparable<QueuePattern>
{
    private const string Rule = "queues of a grant are a queue's name, the beginning of names and '*', or '*' alone";
    private readonly string? _text;

    /// <param name="text">The pattern.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.UserInvalid"/>: it is none.</exception>
    public QueuePattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = IsPattern(text) ? text : throw new ForewaveException(ErrorCode.UserInvalid, Rule);
    }

    private QueuePattern(string text, bool _) => _text = text;

    /// <summary>All queues.</summary>
    public static QueuePattern Everything { get; } = new("*");

    /// <summary>The pattern as text.</summary>
    public string Text => _text ?? throw DefaultValue.Used(nameof(QueuePattern));

    /// <summary>It is for all queues.</summary>
    public bool IsEverything => Text == "*";

    /// <summary>Whether <paramref name="text"/> is a pattern; <paramref name="pattern"/> is <c>default</c> if not.</summary>
    public static bool TryParse(string? text, out QueuePattern pattern)
    {
        bool valid = text is not null && IsPattern(text);
        pattern = valid ? new QueuePattern(text!, true) : default;
        return valid;
    }

    /// <summary>Whether a queue is one of these.</summary>
    public bool Covers(QueueName queue) => Text[^1] == '*'
        ? queue.Value.AsSpan().StartsWith(Text.AsSpan(..^1), StringComparison.Ordinal)
        : queue.Value == Text;

    /// <summary>Whether all queues whose names begin so are of these.</summary>
    public bool CoversAll(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return Text[^1] == '*' && prefix.AsSpan().StartsWith(Text.AsSpan(..^1), StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public int CompareTo(QueuePattern other) => string.CompareOrdinal(_text, other._text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";

    private static bool IsPattern(string text) =>
        text.EndsWith('*') ? NameRules.IsQueuePrefix(text.AsSpan(..^1)) : NameRules.IsQueueName(text);
}
