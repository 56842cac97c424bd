using Forewave.Architecture.Tests.Reading;
using Forewave.Architecture.Tests.Rules;

namespace Forewave.Architecture.Tests;

public class SizeTests
{
    private static readonly string[] OtherLanguages = [".js", ".mjs", ".ts", ".tsx", ".css", ".py", ".proto"];

    [Fact]
    public void Files_and_functions_are_short()
    {
        var other = Repository.Paths.Where(path => OtherLanguages.Contains(Path.GetExtension(path)));

        Offence.AssertNone("A file has at most 600 lines, a function 70; ask what wants to be a thing of its own:",
            Repository.SourcesUnder("src", "bench", "samples", "clients").SelectMany(SizeRule.Check)
                .Concat(other.SelectMany(path => SizeRule.Check(path, Repository.Read(path)))));
    }

    [Theory]
    [InlineData(70, false)]
    [InlineData(71, true)]
    public void Rule_finds_function_when_over_70_lines(int lines, bool found)
    {
        string body = string.Concat(Enumerable.Repeat("        i++;\n", lines - 3));
        string text = $"class A\n{{\n    [X]\n    void Long(int i)\n    {{\n{body}    }}\n}}\n";

        Offence.AssertFound(SizeRule.Check(SourceFile.Parse("src/P/A.cs", text)), found ? [$"Long has {lines} lines"] : []);
    }

    [Theory]
    [InlineData(600, false)]
    [InlineData(601, true)]
    public void Rule_finds_file_when_over_600_lines(int lines, bool found)
    {
        string text = string.Concat(Enumerable.Repeat("// line\n", lines));

        Offence.AssertFound(SizeRule.Check(SourceFile.Parse("src/P/A.cs", text)), found ? [$"{lines} lines"] : []);
        Offence.AssertFound(SizeRule.Check("clients/node/a.js", text), found ? [$"{lines} lines"] : []);
    }
}
