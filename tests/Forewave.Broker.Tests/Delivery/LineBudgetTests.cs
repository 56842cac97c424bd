using Forewave.Broker.Delivery;
using Forewave.Broker.Tests.Fakes;

namespace Forewave.Broker.Tests.Delivery;

public sealed class LineBudgetTests
{
    private readonly MovedTime _time = new();

    [Fact]
    public void Lines_of_a_span_are_told_until_it_is_spent_and_the_last_one_is_known()
    {
        var budget = new LineBudget(_time);

        var lines = Enumerable.Range(0, 1_000).Select(_ => (budget.MayTell(), budget.IsSpentNow)).ToArray();

        Assert.Equal(LineBudget.Lines, lines.Count(line => line.Item1));
        Assert.All(lines[..LineBudget.Lines], line => Assert.True(line.Item1));
        Assert.Equal(LineBudget.Lines - 1, Array.FindIndex(lines, line => line.IsSpentNow));
        Assert.Single(lines, line => line.IsSpentNow);
    }

    [Fact]
    public void Lines_are_told_again_when_the_span_is_over()
    {
        var budget = new LineBudget(_time);
        for (int i = 0; i <= LineBudget.Lines; i++)
            budget.MayTell();

        _time.Move(LineBudget.Span - TimeSpan.FromMilliseconds(1));
        bool early = budget.MayTell();
        _time.Move(TimeSpan.FromMilliseconds(1));

        Assert.False(early);
        Assert.True(budget.MayTell());
        Assert.False(budget.IsSpentNow);
    }
}
