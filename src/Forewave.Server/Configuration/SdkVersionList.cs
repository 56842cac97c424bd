using Forewave.Protocol;

namespace Forewave.Server.Configuration;

/// <summary>The least versions of SDKs, as a setting has them: <c>name=version</c>, separated by commas.</summary>
internal static class SdkVersionList
{
    /// <summary>The same text where it can be read; null where it is empty.</summary>
    /// <exception cref="FormatException">It cannot.</exception>
    public static string? Check(string text)
    {
        Read(text);
        return text.Length > 0 ? text : null;
    }

    /// <summary>Versions by name.</summary>
    /// <exception cref="FormatException">One is no version, has no name, or is named twice.</exception>
    public static Dictionary<string, string> Read(string? text)
    {
        Dictionary<string, string> versions = new(StringComparer.Ordinal);
        foreach (string word in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = word.Split('=', 2, StringSplitOptions.TrimEntries);
            if (halves.Length != 2 || halves[0].Length == 0 || !SdkVersion.TryParse(halves[1], out _))
                throw new FormatException($"'{word}' is no SDK with its least version, such as forewave-dotnet=0.2.0");
            if (!versions.TryAdd(halves[0], halves[1]))
                throw new FormatException($"{halves[0]} is named twice");
        }
        return versions;
    }
}
