using Forewave.Storage;

namespace Forewave.Integration.Tests.Documents;

/// <summary>Who reads a log with the page alone knows every record by its number.</summary>
public sealed class LogFormatPageTests
{
    private static readonly RecordType[] Reserved = [RecordType.None];

    [Fact]
    public void Log_format_page_numbers_every_type_of_record()
    {
        string page = File.ReadAllText(Path.Combine(CommandLineTests.FindRoot(), "docs", "log-format.md"));
        var missing = Enum.GetValues<RecordType>().Except(Reserved).Where(type => !page.Contains($" {(int)type} {type}", StringComparison.Ordinal));

        Assert.Empty(missing);
    }
}
