using System.Text;

namespace Forewave.Protocol;

/// <summary>
/// Which messages a group takes: <c>*</c> all of them, or <c>a,b</c> those that carry one of the tags (byte for byte, no
/// trimming). Tags are kept sorted and once each, so that two filters that mean the same are equal. At most
/// <see cref="Limits.FilterTags"/> tags. <c>default</c> is no filter and throws on use.
/// </summary>
public readonly record struct TagFilter
{
    private readonly string? _text;
    private readonly byte[][]? _tags;

    private TagFilter(string text, byte[][] tags)
    {
        _text = text;
        _tags = tags;
    }

    /// <param name="text"><c>*</c>, or tags separated by commas.</param>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.TagInvalid"/>: it is neither.</exception>
    public TagFilter(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!TryParse(text, out this))
            throw new ForewaveException(ErrorCode.TagInvalid, "a tag filter is '*' or up to 64 tags separated by commas");
    }

    /// <summary>Takes every message, with a tag or without.</summary>
    public static TagFilter All { get; } = new("*", []);

    /// <summary>The filter as text: <c>*</c>, or its tags in ordinal order.</summary>
    public string Text => _text ?? throw DefaultValue.Used(nameof(TagFilter));

    /// <summary>Whether every message is taken.</summary>
    public bool TakesAll => Text == "*";

    /// <summary>Whether <paramref name="text"/> is a filter; <paramref name="filter"/> is <c>default</c> if not.</summary>
    public static bool TryParse(string? text, out TagFilter filter)
    {
        filter = default;
        if (text is null)
            return false;
        if (text == "*")
        {
            filter = All;
            return true;
        }
        string[] tags = text.Split(',');
        if (tags.Length > Limits.FilterTags)
            return false;
        foreach (string tag in tags)
        {
            // "*,a" would read as "all of them and a": refused rather than guessed at.
            if (tag == "*" || !NameRules.IsText(tag, Limits.TagBytes))
                return false;
        }
        string[] sorted = [.. tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        filter = new TagFilter(string.Join(',', sorted), [.. sorted.Select(Encoding.UTF8.GetBytes)]);
        return true;
    }

    /// <summary>Whether a message with this tag is taken; empty means that it has none. Allocates nothing.</summary>
    /// <param name="tag">The tag as UTF-8.</param>
    public bool Matches(ReadOnlySpan<byte> tag)
    {
        byte[][] tags = _tags ?? throw DefaultValue.Used(nameof(TagFilter));
        if (tags.Length == 0)
            return true;
        foreach (byte[] wanted in tags)
        {
            if (tag.SequenceEqual(wanted))
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(TagFilter other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? 0 : StringComparer.Ordinal.GetHashCode(_text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}
