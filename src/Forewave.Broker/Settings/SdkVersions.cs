using Forewave.Protocol;

namespace Forewave.Broker.Settings;

/// <summary>The least versions of SDKs as a setting has them: <c>name=version</c>, separated by commas.</summary>
internal static class SdkVersions
{
    // What Forewave.Client says in its hello; it has the broker's version.
    private const string OwnSdk = "forewave-dotnet";

    /// <summary>The one spelling of a text that can be read.</summary>
    /// <exception cref="FormatException">It cannot.</exception>
    public static string Check(string text) => TextOf(Read(text));

    /// <summary>Versions by name.</summary>
    /// <exception cref="FormatException">One is no version, has no name, or is named twice.</exception>
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        SortedDictionary<string, string> versions = new(StringComparer.Ordinal);
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] halves = word.Split('=', 2, StringSplitOptions.TrimEntries);
            if (halves.Length != 2 || halves[0].Length == 0 || !SdkVersion.TryParse(halves[1], out _) || !versions.TryAdd(halves[0], halves[1]))
                throw new FormatException("it is SDKs with their least versions, each once, such as forewave-dotnet=0.2.0");
        }
        return versions;
    }

    /// <summary>The least version of the project's own SDK, where it is above a broker's: no SDK of that version or older would be let in. Null: it is not.</summary>
    /// <param name="broker">The broker's version.</param>
    /// <param name="versions">What <see cref="Check"/> gave.</param>
    public static string? FindAbove(SdkVersion broker, string versions) =>
        Read(versions).TryGetValue(OwnSdk, out string? least) && SdkVersion.TryParse(least, out var wanted) && wanted > broker
            ? $"{OwnSdk}={least}"
            : null;

    /// <summary>As it is read.</summary>
    public static string TextOf(IReadOnlyDictionary<string, string> versions) =>
        string.Join(',', versions.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}"));
}
