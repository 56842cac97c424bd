namespace Forewave.Integration.Tests.Units;

/// <summary>A file that is gone with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("forewave-");

    public TemporaryFile(string extension, string text)
    {
        Path = System.IO.Path.Combine(_folder.FullName, $"file{extension}");
        File.WriteAllText(Path, text);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
