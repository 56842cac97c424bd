using System.CommandLine;
using CommandLine = Forewave.Cli.Program;

namespace Forewave.Integration.Tests.Documents;

/// <summary>What the guides tell people to type is understood by the program as it is.</summary>
public sealed class CommandLineTests
{
    private static readonly Lazy<string> Root = new(FindRoot);

    [Fact]
    public void Command_line_takes_every_command_of_the_documents()
    {
        var commands = Pages().SelectMany(page => CommandReader.InBlocks(page, Read(page))).ToArray();

        Assert.True(commands.Length > 60, $"only {commands.Length} commands were found");
        Assert.Equal("", string.Join('\n', commands.SelectMany(ErrorsOf)));
    }

    [Fact]
    public void Command_line_knows_every_verb_and_flag_that_a_sentence_names()
    {
        var commands = Pages().SelectMany(page => CommandReader.InSentences(page, Read(page))).ToArray();

        Assert.True(commands.Length > 5, $"only {commands.Length} commands were found");
        Assert.Equal("", string.Join('\n', commands.SelectMany(UnknownOf)));
    }

    [Fact]
    public void Command_line_refuses_what_a_page_made_up()
    {
        const string page = """
            ```console
            $ forewave publish orders 'a b' --prioritty 3
            forewave: not a command
            $ FOREWAVE_SERVER=a:1 ./forewave queue list > all
            ```
            ```
            forewave group set orders --group g --rate 5          a remark
            forewave group set orders --group g --rate fast
            forewave group vanish
            ```
            See `forewave queue lost` and `forewave dead show QUEUE PLACE --group G`.
            """;

        var blocks = CommandReader.InBlocks("page", page).ToArray();
        var sentences = CommandReader.InSentences("page", page).ToArray();

        Assert.Equal([2, 4, 7, 8, 9], blocks.Select(command => command.Line));
        Assert.Equal(["publish", "orders", "a b", "--prioritty", "3"], blocks[0].Arguments);
        Assert.Equal(["queue", "list"], blocks[1].Arguments);
        Assert.Equal([true, false, false, true, true], blocks.Select(command => ErrorsOf(command).Any()));
        Assert.Equal([true, false], sentences.Select(command => UnknownOf(command).Any()));
    }

    private static IEnumerable<string> ErrorsOf(DocumentedCommand command)
    {
        var parsed = Parse(command);
        return parsed.Errors.Select(error => $"{command}: {error.Message}").Concat(UnknownOf(command));
    }

    private static IEnumerable<string> UnknownOf(DocumentedCommand command) =>
        Parse(command).UnmatchedTokens.Select(word => $"{command}: nobody knows {word}");

    private static ParseResult Parse(DocumentedCommand command) => CommandLine.Root().Parse([.. command.Arguments], CommandLine.Configuration);

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Root.Value, "docs", "guides"), "*.md").Select(path => Path.GetRelativePath(Root.Value, path))
            .Concat(["README.md", "README.zh-CN.md", "docs/configuration.md", "docs/running.md", "docs/operations/backup.md", "docs/operations/doctor.md", "docs/operations/switches.md", "docs/operations/quotas.md", "samples/README.md"]).Order(StringComparer.Ordinal);

    private static string Read(string page) => File.ReadAllText(Path.Combine(Root.Value, page));

    internal static string FindRoot()
    {
        DirectoryInfo folder = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
