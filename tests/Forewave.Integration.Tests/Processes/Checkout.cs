namespace Forewave.Integration.Tests.Processes;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = Find();

    /// <summary>Lines of real text: the checkout's own sources and documents, in the order of their paths, empty lines and all.</summary>
    /// <param name="atLeast">Begun again until there are so many.</param>
    public static byte[] Lines(int atLeast)
    {
        string[] files = [.. Sources().Order(StringComparer.Ordinal)];
        using MemoryStream text = new();
        int lines = 0;
        while (lines < atLeast)
        {
            foreach (string line in files.SelectMany(File.ReadLines))
            {
                text.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
                lines++;
            }
        }
        return text.ToArray();
    }

    private static IEnumerable<string> Sources() =>
        new[] { "src", "docs" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".md" && !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"));

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Forewave.slnx")))
            folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? throw new DirectoryNotFoundException("no checkout");
        return folder;
    }
}
