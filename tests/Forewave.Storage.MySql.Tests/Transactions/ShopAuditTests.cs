namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>The checker notices what it is there for.</summary>
public sealed class ShopAuditTests
{
    private readonly ShopAudit _audit = new();

    [Fact]
    public void Orders_that_came_whole_and_once_have_no_violations()
    {
        Come('o', 0, "a", 0);
        Come('o', 1, "a", 1);
        Come('o', 1, "a", 1);
        Come('s', 0, "a", 2);
        Come('s', 1, "b", 0);
        _audit.Ended(Orders(("a", "oos"), ("b", "s")));

        Assert.Empty(_audit.Violations);
        Assert.Equal(4, _audit.Count);
    }

    [Fact]
    public void Message_before_the_commit_is_a_violation()
    {
        _audit.Came(('o', 0), ("a", 0), isCommitted: false);
        _audit.Ended(Orders(("a", "o")));

        Assert.Contains("not committed", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_of_what_was_rolled_back_is_a_violation()
    {
        Come('o', 0, "a", 0);
        _audit.Ended(Orders());

        Assert.Contains("was not committed", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Some_without_the_rest_is_a_violation()
    {
        Come('o', 0, "a", 0);
        _audit.Ended(Orders(("a", "os")));

        Assert.Contains("1 of its 2", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Order_of_which_nothing_came_is_a_violation()
    {
        _audit.Ended(Orders(("a", "os")));

        Assert.Contains("2 of its 2", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_an_order_has_is_a_violation()
    {
        Come('o', 0, "a", 0);
        Come('o', 1, "a", 1);
        _audit.Ended(Orders(("a", "o")));

        Assert.Contains("more than", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_at_two_places_is_a_violation()
    {
        Come('o', 0, "a", 0);
        Come('o', 1, "a", 0);
        _audit.Ended(Orders(("a", "o")));

        Assert.Contains("at (o, 0) and at (o, 1)", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_messages_at_one_place_are_a_violation()
    {
        Come('o', 0, "a", 0);
        Come('o', 0, "b", 0);
        _audit.Ended(Orders(("a", "o"), ("b", "o")));

        Assert.Contains("and then", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_in_another_queue_is_a_violation()
    {
        Come('s', 0, "a", 0);
        _audit.Ended(Orders(("a", "o")));

        Assert.Contains("in queue s, not in o", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_an_order_out_of_their_order_are_a_violation()
    {
        Come('o', 0, "a", 1);
        Come('o', 1, "a", 0);
        _audit.Ended(Orders(("a", "oo")));

        Assert.Contains("stands behind", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Others_between_the_messages_of_an_order_are_a_violation()
    {
        Come('o', 0, "a", 0);
        Come('o', 1, "b", 0);
        Come('o', 2, "a", 1);
        _audit.Ended(Orders(("a", "oo"), ("b", "o")));

        Assert.Contains("others between them", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_order_in_the_other_queue_is_a_violation()
    {
        Come('o', 0, "a", 0);
        Come('o', 1, "b", 0);
        Come('s', 0, "b", 1);
        Come('s', 1, "a", 1);
        _audit.Ended(Orders(("a", "os"), ("b", "os")));

        Assert.Contains("same order", Assert.Single(_audit.Violations), StringComparison.Ordinal);
    }

    private void Come(char queue, long offset, string order, int number) => _audit.Came((queue, offset), (order, number), isCommitted: true);

    private static Dictionary<string, string> Orders(params (string Id, string Queues)[] orders) => orders.ToDictionary(order => order.Id, order => order.Queues);
}
