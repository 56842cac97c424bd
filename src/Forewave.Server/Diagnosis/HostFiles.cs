namespace Forewave.Server.Diagnosis;

/// <summary>What the kernel tells in files (<c>/proc</c>, <c>/sys</c>), under a root of its own in tests. Reads, and nothing else.</summary>
internal sealed class HostFiles
{
    private readonly string _root;

    /// <param name="root">What stands for <c>/</c>.</param>
    public HostFiles(string root = "/") => _root = root;

    /// <summary>The whole text without blanks around it; null when there is no such file, or it may not be read.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(FullPath(path)).Trim();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The lines of a file; none when it cannot be read.</summary>
    public string[] ReadLines(string path) => Read(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>A whole number that is all of a file; null when it is none.</summary>
    public long? ReadNumber(string path) => long.TryParse(Read(path), out long number) ? number : null;

    /// <summary>How many names a folder has; null when it may not be read.</summary>
    public int? CountNames(string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(FullPath(path)).Count();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string FullPath(string path) => Path.Combine(_root, path.TrimStart('/'));
}
