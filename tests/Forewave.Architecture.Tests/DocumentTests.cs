using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class DocumentTests
{
    private static readonly string[] TextFiles =
        [".md", ".cs", ".csproj", ".props", ".targets", ".proto", ".json", ".yml", ".yaml", ".sh", ".js", ".mjs", ".ts", ".py", ".html", ""];

    [Fact]
    public void Links_and_paths_in_documents_lead_to_files()
    {
        var documents = Repository.Paths.Where(path => path.EndsWith(".md", StringComparison.Ordinal));

        Offence.AssertNone("Documents name files that are there:",
            documents.SelectMany(path => DocumentRule.DeadLinks(path, Repository.Read(path), Repository.Exists)));
    }

    [Fact]
    public void No_text_names_a_place_on_one_machine()
    {
        var texts = Repository.Paths.Where(path => TextFiles.Contains(Path.GetExtension(path)));

        Offence.AssertNone("Paths are relative to the repository:",
            texts.SelectMany(path => DocumentRule.MachinePaths(path, Repository.Read(path))));
    }

    [Fact]
    public void Rule_finds_dead_links_and_paths_outside_code_blocks()
    {
        const string text = """
            [good](style.md#names) [good](../README.md) [web](https://example.org/a) [part](#part) ![picture](/docs/style.md "title")
            [dead](gone.md) [outside](../../README.md) `src/Gone.cs` `docs/style.md` `src/{a}` `other/Gone.cs`
            ```
            [dead](gone.md)
            ```
            [dead](<gone/too.md#part>)
            """;

        Offence.AssertFound(DocumentRule.DeadLinks("docs/a.md", text, path => path is "docs/style.md" or "README.md"),
            "dead link gone.md",
            "dead link ../../README.md",
            "no file src/Gone.cs",
            "dead link gone/too.md#part");
    }

    [Fact]
    public void Rule_finds_paths_of_one_machine()
    {
        string text = "see /" + "home/someone/a and C:" + "\\Users\\x and (/" + "root/b), not src/home/a, /v1/home/x or /var/lib/forewave";

        Offence.AssertFound(DocumentRule.MachinePaths("docs/a.md", text),
            "absolute path /" + "home/someone", "absolute path C:" + "\\Users", "absolute path /" + "root/b");
    }
}
