using System.Text;

namespace Forewave.Protocol.Tests.Documents;

public sealed class ErrorCodesTests
{
    private static readonly string[] Groups =
        ["", "The wire and its connection", "Names and limits", "Publishing", "Consuming and settling",
         "Queues, groups and dead letters", "The broker and its store", "Found by the client itself", "HTTP", "Users and rights", "Outbox and inbox"];

    [Fact]
    public void Error_table_has_a_row_for_each_number()
    {
        var numbers = Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None);

        Assert.Equal(numbers.Order(), ErrorTable.All.Select(row => row.Code));
        Assert.Equal(ErrorTable.All.Count, ErrorTable.All.Select(row => row.Name).Distinct().Count());
    }

    [Fact]
    public void Error_rows_say_what_happened_and_what_to_do_in_sentences()
    {
        Assert.All(ErrorTable.All, row =>
        {
            Assert.EndsWith(".", row.Happened);
            Assert.EndsWith(".", row.Advice);
            Assert.InRange(row.HttpStatus, 400, 599);
            Assert.True(row.RetryAfter is null || row.Retry != RetryAdvice.Never, $"{row.Name}: a pause before a retry that never helps");
        });
    }

    [Fact]
    public void Error_codes_page_shows_the_table_of_the_code()
    {
        var expected = new StringBuilder();
        foreach (var group in ErrorTable.All.GroupBy(row => (int)row.Code / 100))
        {
            expected.Append($"\n## {group.Key}xx: {Groups[group.Key]}\n\n");
            expected.Append("| number | name | HTTP | closes | stored? | retry | what happened | what to do |\n");
            expected.Append("|---|---|---|---|---|---|---|---|\n");
            foreach (var row in group)
                expected.Append(Line(row));
        }

        new Document("error-codes.md").AssertPart("errors", expected.Append('\n').ToString());
    }

    private static string Line(ErrorEntry row)
    {
        string closes = row.ClosesConnection ? "yes" : "";
        string stored = row.Stored == StoredOutcome.No ? "no" : "unknown";
        string pause = row.RetryAfter is { } wait ? $", after {wait.TotalMilliseconds:N0} ms" : "";
        string retry = row.Retry.ToString().ToLowerInvariant() + pause;
        return $"| {(int)row.Code} | `{row.Name}` | {row.HttpStatus} | {closes} | {stored} | {retry} | {row.Happened} | {row.Advice} |\n";
    }
}
