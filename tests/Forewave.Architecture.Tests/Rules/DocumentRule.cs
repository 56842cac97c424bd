using System.Text.RegularExpressions;
using Forewave.Architecture.Tests.Reading;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>Links and paths in documents lead to files that are there; no text names a place on somebody's machine.</summary>
internal static partial class DocumentRule
{
    /// <summary>Links in the text and paths in inline code; code blocks are left alone.</summary>
    /// <param name="document">Its path, its text, and whether a path from the root exists.</param>
    public static IEnumerable<Offence> DeadLinks(string path, string text, Func<string, bool> exists)
    {
        bool inBlock = false;
        foreach ((int index, string line) in text.Split('\n').Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inBlock = !inBlock;
            }

            if (inBlock)
            {
                continue;
            }

            foreach (string target in Link().Matches(line).Select(match => match.Groups[1].Value))
            {
                if (!IsElsewhere(target) && (Resolve(path, target) is not { } file || !exists(file)))
                {
                    yield return new Offence(path, index + 1, $"dead link {target}");
                }
            }

            foreach (string target in CodePath().Matches(line).Select(match => match.Groups[1].Value))
            {
                if (!exists(target.TrimEnd('/')))
                {
                    yield return new Offence(path, index + 1, $"no file {target}");
                }
            }
        }
    }

    public static IEnumerable<Offence> MachinePaths(string path, string text) =>
        from line in text.Split('\n').Index()
        from match in MachinePath().Matches(line.Item)
        select new Offence(path, line.Index + 1, $"absolute path {match.Value}");

    private static bool IsElsewhere(string target) => target.StartsWith('#') || target.Contains(':', StringComparison.Ordinal);

    /// <summary>The path from the root, or null where a link leaves the repository.</summary>
    private static string? Resolve(string document, string target)
    {
        string file = target.Split('#')[0];
        var parts = new List<string>(file.StartsWith('/') ? [] : document.Split('/')[..^1]);
        foreach (string part in file.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex(@"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:src|tests|bench|docs|proto|samples|clients|deploy|web)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex CodePath();

    [GeneratedRegex(@"(?<![\w./-])(?:/(?:home|root|Users|work|mnt)/[\w.-]+|[A-Z]:\\Users)")]
    private static partial Regex MachinePath();
}
