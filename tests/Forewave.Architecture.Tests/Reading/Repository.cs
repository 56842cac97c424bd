namespace Forewave.Architecture.Tests.Reading;

/// <summary>The files of this checkout, without what is built, installed or hidden. Read once per test run.</summary>
internal static class Repository
{
    private static readonly string[] SkippedFolders = ["bin", "obj", "node_modules", "__pycache__", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly Lazy<string> Root = new(FindRoot);

    private static readonly Lazy<IReadOnlyList<string>> AllPaths = new(() => [.. Walk(new DirectoryInfo(Root.Value)).Order(StringComparer.Ordinal)]);

    private static readonly Lazy<IReadOnlyList<SourceFile>> AllSources =
        new(() => [.. Paths.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).Select(path => SourceFile.Parse(path, Read(path)))]);

    /// <summary>Relative to the root, with '/', in ordinal order.</summary>
    public static IReadOnlyList<string> Paths => AllPaths.Value;

    public static IEnumerable<SourceFile> SourcesUnder(params string[] folders) =>
        AllSources.Value.Where(source => Array.Exists(folders, folder => source.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root.Value, path));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root.Value, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No Forewave.slnx above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (FileInfo file in folder.EnumerateFiles())
        {
            yield return Path.GetRelativePath(Root.Value, file.FullName).Replace('\\', '/');
        }

        foreach (DirectoryInfo child in folder.EnumerateDirectories())
        {
            if (child.Name.StartsWith('.') || SkippedFolders.Contains(child.Name) || child.LinkTarget is not null)
            {
                continue;
            }

            foreach (string path in Walk(child))
            {
                yield return path;
            }
        }
    }
}
