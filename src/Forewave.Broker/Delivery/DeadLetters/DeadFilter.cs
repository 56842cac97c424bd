using System.Diagnostics.CodeAnalysis;
using System.Text;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// Which dead letters somebody means: terms with spaces between them, all of which have to hold. A term is a field, a sign and a
/// value, in quotes where it has spaces: <c>reason~timeout died>=2026-11-20T08:00:00Z header.country=DE</c>. Immutable.
/// </summary>
internal sealed class DeadFilter
{
    private readonly List<DeadTerm> _terms = [];

    private DeadFilter()
    {
    }

    /// <summary>All dead letters.</summary>
    public static DeadFilter All { get; } = new();

    /// <summary>It takes all.</summary>
    public bool TakesAll => _terms.Count == 0;

    /// <summary>Reads a filter; an empty text takes all.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DeadFilter? filter, out string problem)
    {
        filter = new DeadFilter();
        problem = "";
        for (int at = 0; TryToken(text, ref at, out string token);)
        {
            if (DeadTerm.TryParse(token, out var term, out problem))
            {
                filter._terms.Add(term);
                continue;
            }
            filter = null;
            return false;
        }
        return true;
    }

    /// <summary>Whether a dead letter is meant.</summary>
    public bool Takes(DeadLetterRecord letter)
    {
        if (TakesAll)
            return true;
        var walk = new MessageRun(letter.Message.Span);
        MessageView view = default;
        bool isWhole = walk.MoveNext() && MessageReader.TryRead(walk.Current, out view, out _);
        foreach (var term in _terms)
        {
            if (!(term.IsOfMessage ? isWhole && term.Takes(view) : term.Takes(letter)))
                return false;
        }
        return true;
    }

    /// <summary>The next term; quotes keep spaces together and are taken away.</summary>
    private static bool TryToken(string text, ref int at, out string token)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        var built = new StringBuilder();
        bool quoted = false;
        int start = at;
        for (; at < text.Length && (quoted || text[at] != ' '); at++)
        {
            if (text[at] == '"')
                quoted = !quoted;
            else
                built.Append(text[at]);
        }
        // A quote that is not closed is a term that cannot be read.
        token = quoted ? "\"" : built.ToString();
        return at > start;
    }
}
