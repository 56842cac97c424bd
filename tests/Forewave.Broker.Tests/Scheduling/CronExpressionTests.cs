using System.Globalization;
using Forewave.Broker.Scheduling.Recurring;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("* * * * *", "2026-03-01T10:20:30Z", "2026-03-01T10:21:00Z")]
    [InlineData("*/15 * * * *", "2026-03-01T10:45:00Z", "2026-03-01T11:00:00Z")]
    [InlineData("30 2 * * *", "2026-03-01T02:30:00Z", "2026-03-02T02:30:00Z")]
    [InlineData("0 0 1 jan,JUL *", "2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 9 * * 7", "2026-03-06T09:00:00Z", "2026-03-08T09:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 13 * fri", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("10-20/5 30 8 * * ?", "2026-03-01T08:30:15Z", "2026-03-01T08:30:20Z")]
    public void Next_time_is_the_first_one_after_an_instant(string cron, string after, string expected)
    {
        Assert.True(CronExpression.TryParse(cron, out var expression));

        var next = expression.Next(At(after), TimeZoneInfo.Utc);

        Assert.Equal(At(expected), next);
    }

    [Theory]
    // Clocks go from 2:00 to 3:00: what is meant for the gap comes at its end.
    [InlineData("30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("0 * * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")]
    // Clocks go from 3:00 back to 2:00: what names the hour comes the first time, what comes every hour in both.
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    [InlineData("30 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")]
    public void Clocks_that_are_changed_leave_out_nothing_and_repeat_nothing(string cron, string after, string first, string second)
    {
        Assert.True(CronExpression.TryParse(cron, out var expression));
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        var next = expression.Next(At(after), berlin);
        var later = expression.Next(next!.Value, berlin);

        Assert.Equal((At(first), At(second)), (next, later));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("* * * * * * *")]
    public void Text_that_is_no_expression_is_refused(string cron) => Assert.False(CronExpression.TryParse(cron, out _));

    [Fact]
    public void Day_that_never_comes_has_no_next_time()
    {
        Assert.True(CronExpression.TryParse("0 0 30 2 *", out var expression));

        Assert.Null(expression.Next(At("2026-03-01T00:00:00Z"), TimeZoneInfo.Utc));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
