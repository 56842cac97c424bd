using System.Text.RegularExpressions;

namespace Forewave.Integration.Tests.Documents;

/// <summary>
/// The lines of a page that begin with <c>forewave</c>, as a shell would split them. In a block with prompts the lines behind
/// <c>$ </c>, in others those that begin with the name; five spaces and more before anything but a flag begin a remark.
/// </summary>
internal static partial class CommandReader
{
    /// <summary>Commands in blocks of code, which can be typed as they stand.</summary>
    public static IEnumerable<DocumentedCommand> InBlocks(string page, string text)
    {
        string[] lines = text.Split('\n');
        bool isBlock = false;
        bool hasPrompts = false;
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                isBlock = !isBlock;
                hasPrompts = isBlock && HasPrompts(lines, i + 1);
                continue;
            }
            if (!isBlock || (hasPrompts && !lines[i].StartsWith("$ ", StringComparison.Ordinal)))
                continue;
            int number = i + 1;
            string line = hasPrompts ? lines[i][2..] : lines[i];
            while (line.EndsWith('\\') && i + 1 < lines.Length)
                line = line[..^1] + lines[++i];
            if (Name().Match(line) is { Success: true } name && !line.Contains('[', StringComparison.Ordinal))
                yield return new DocumentedCommand(page, number, Words(Remark().Split(line[name.Length..])[0]));
        }
    }

    /// <summary>Commands within sentences: their values may be stand-ins such as QUEUE.</summary>
    public static IEnumerable<DocumentedCommand> InSentences(string page, string text)
    {
        string[] lines = Block().Replace(text, match => new string('\n', match.Value.Count(letter => letter == '\n'))).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (Match span in Span().Matches(lines[i]))
                yield return new DocumentedCommand(page, i + 1, Words(span.Groups["arguments"].Value));
        }
    }

    private static bool HasPrompts(string[] lines, int first) => lines.Skip(first)
        .TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal))
        .Any(line => line.StartsWith("$ ", StringComparison.Ordinal));

    /// <summary>Up to what is the shell's own: a pipe, a redirection, an ampersand.</summary>
    private static string[] Words(string line) =>
        [.. Word().Matches(line).Select(match => match.Value).TakeWhile(word => word[0] is not ('|' or '>' or '<' or '&' or ';'))
            .Select(word => word.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal))];

    [GeneratedRegex(@"^\s*(?:[A-Z_]+=\S+\s+)*(?:\./)?forewave(?=\s)(?!\s+ready listen=)")]
    private static partial Regex Name();

    [GeneratedRegex(@"\s{5,}(?![-\s])|\s+#\s|\s{5,}(?=--\S+:\s)")]
    private static partial Regex Remark();

    [GeneratedRegex("""(?:'[^']*'|"[^"]*"|[^\s'"])+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"`(?:\./)?forewave (?<arguments>[^`…\[]+)`")]
    private static partial Regex Span();
}
