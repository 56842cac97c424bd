namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>The checkout that the tests run in.</summary>
internal static class RepositoryFolder
{
    /// <summary>Its path.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("not in the repository");
        return folder.FullName;
    }
}
