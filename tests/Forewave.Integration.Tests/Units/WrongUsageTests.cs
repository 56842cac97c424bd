using System.CommandLine;
using CommandLine = Forewave.Cli.Program;

namespace Forewave.Integration.Tests.Units;

/// <summary>Every verb with a wrong value for every option: what is said names the option, in words that a user has seen.</summary>
public sealed class WrongUsageTests
{
    public static TheoryData<string> Verbs => [.. Leaves(CommandLine.Root(), []).Select(verb => string.Join(' ', verb.Path))];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Options_and_arguments_are_described(string verb)
    {
        var command = Find(verb);

        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Option_is_named_when_its_value_is_wrong(string verb)
    {
        foreach (var option in Find(verb).Options.Where(option => TakesMoreThanText(option.ValueType)))
        {
            var parsed = CommandLine.Root().Parse([.. verb.Split(' '), option.Name, "\u0001,"], CommandLine.Configuration);

            Assert.Contains(CommandLine.Problems(parsed), problem => problem.StartsWith($"{option.Name}: ", StringComparison.Ordinal));
            Assert.DoesNotContain(CommandLine.Problems(parsed), problem => problem.Contains("System.", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("publish q b --tag", "--tag")]
    [InlineData("publish q b --key", "--key")]
    [InlineData("publish q b --order", "--order")]
    [InlineData("publish q b --dedup", "--dedup")]
    [InlineData("publish q --file", "--file")]
    [InlineData("serve --data", "--data")]
    [InlineData("serve --config", "--config")]
    [InlineData("dead purge q --group g --filter", "--filter")]
    [InlineData("dead redrive q --group g --filter", "--filter")]
    public void Option_is_named_when_its_value_is_an_empty_variable(string arguments, string option)
    {
        var parsed = CommandLine.Root().Parse([.. arguments.Split(' '), ""], CommandLine.Configuration);

        Assert.StartsWith($"{option}: ", Assert.Single(CommandLine.Problems(parsed)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dead show q x --group g", "PLACE: 'x' is no whole number from 1, nor one with its partition, such as 1-17")]
    [InlineData("dead purge q 1 0 --group g", "PLACE: '0' is no whole number from 1, nor one with its partition, such as 1-17")]
    [InlineData("dead undo q -1 --group g", "OPERATION: '-1' is no whole number from 1, nor such as 1-12 or 0-12,1-9")]
    [InlineData("message show 7", "ID: '7' is no message id: such as 0-0000100000000006 (MessageIdInvalid, error 550)")]
    [InlineData("publish q b --priority 10", "--priority: '10' is no whole number from 0 to 9 (FieldInvalid, error 112)")]
    [InlineData("group set q --group g --rate 1e9", "--rate: '1e9' is no rate: messages a second, 0.001 to 1,000,000, or 0 (FieldInvalid, error 112)")]
    [InlineData("group set q --group g --single-active yes", "--single-active: 'yes' is none of false, true")]
    [InlineData("bench publish --queue q --messages 1 --size 8 --producers 65537", "--producers: '65537' is more than 65536")]
    [InlineData("serve --log 0", "--log: '0' is none of trace, debug, information, warning, error, critical, none")]
    public void Wrong_value_is_told_with_what_is_expected(string arguments, string expected) =>
        Assert.Equal([expected], CommandLine.Problems(CommandLine.Root().Parse(arguments.Split(' '), CommandLine.Configuration)));

    [Fact]
    public void Empty_body_is_a_message() =>
        Assert.Empty(CommandLine.Problems(CommandLine.Root().Parse(["publish", "q", ""], CommandLine.Configuration)));

    private static bool TakesMoreThanText(Type type) =>
        type != typeof(bool) && type != typeof(string) && type != typeof(string[]);

    private static Command Find(string verb) => Leaves(CommandLine.Root(), []).Single(leaf => string.Join(' ', leaf.Path) == verb).Command;

    private static IEnumerable<(string[] Path, Command Command)> Leaves(Command command, string[] path) => command.Subcommands.Count == 0
        ? [(path, command)]
        : command.Subcommands.SelectMany(child => Leaves(child, [.. path, child.Name]));
}
