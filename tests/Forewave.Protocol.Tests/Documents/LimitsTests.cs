using System.Reflection;

namespace Forewave.Protocol.Tests.Documents;

public sealed class LimitsTests
{
    public static TheoryData<string> Names =>
        [
            .. typeof(Limits).GetMembers(BindingFlags.Public | BindingFlags.Static)
                .Where(member => member is FieldInfo or PropertyInfo)
                .Select(member => member.Name),
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Limits_page_shows_the_value_of_the_code(string name)
    {
        var lines = new Document("limits.md").Text.Split('\n');

        string row = Assert.Single(lines, line => line.EndsWith($"| `{name}` |", StringComparison.Ordinal));

        Assert.Equal(Shown(name), row.Split('|')[2].Trim());
    }

    [Fact]
    public void Limits_page_names_only_errors_that_there_are()
    {
        var named = new Document("limits.md").Text.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Count(c => c == '|') == 5)
            .Select(line => line.Split('|')[3].Trim())
            .Where(cell => cell.StartsWith('`'));

        Assert.All(named, cell => Assert.True(Enum.TryParse<ErrorCode>(cell.Trim('`'), out _), cell));
    }

    private static string Shown(string name)
    {
        object? value = typeof(Limits).GetField(name)?.GetRawConstantValue() ?? typeof(Limits).GetProperty(name)?.GetValue(null);
        return value switch
        {
            TimeSpan span when span.TotalDays >= 1 => $"{span.TotalDays:N0} d",
            TimeSpan span when span.TotalHours >= 1 => $"{span.TotalHours:N0} h",
            TimeSpan span => $"{span.TotalSeconds:N0} s",
            int number when name.EndsWith("Bytes", StringComparison.Ordinal) && number % (1 << 20) == 0 => $"{number >> 20} MiB",
            int number when name.EndsWith("Bytes", StringComparison.Ordinal) && number % 1024 == 0 => $"{number >> 10} KiB",
            int number when name.EndsWith("Bytes", StringComparison.Ordinal) => $"{number} B",
            int number when name.EndsWith("Port", StringComparison.Ordinal) => $"{number}",
            int number => $"{number:N0}",
            _ => throw new InvalidOperationException($"{name} is neither a number nor a duration"),
        };
    }
}
