using System.Text.RegularExpressions;

namespace Forewave.Architecture.Tests.Reading;

/// <summary>Splits identifiers into the words that they are made of: HTTPServer_name2 is HTTP, Server, name.</summary>
internal static partial class Words
{
    public static IReadOnlyList<string> Of(string identifier) => [.. Word().Matches(identifier).Select(match => match.Value)];

    /// <summary>Whether the words of a phrase (PascalCase) follow each other in the identifier, whatever their case.</summary>
    public static bool Contains(string identifier, string phrase)
    {
        IReadOnlyList<string> words = Of(identifier);
        IReadOnlyList<string> sought = Of(phrase);
        for (int start = 0; start + sought.Count <= words.Count; start++)
        {
            if (words.Skip(start).Take(sought.Count).SequenceEqual(sought, StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Word();
}
