namespace Forewave.Broker.Tests.Transactions;

/// <summary>The checker notices what it is there for.</summary>
public sealed class IdHistoryTests
{
    private readonly IdHistory _history = new();

    public IdHistoryTests()
    {
        _history.Asked("a", "orders/id", transaction: 1);
        _history.Taken("a", 10);
        _history.Asked("b", "orders/id", transaction: null);
    }

    [Fact]
    public void History_without_a_fault_has_no_violations()
    {
        _history.RefusedOneOf(["b"]);
        Decide(commit: true);
        _history.Asked("c", "orders/id", transaction: 2);
        _history.Repeated("c", 10);
        _history.Came("a", 10);
        _history.Ended();

        Assert.Empty(_history.Violations);
        Assert.Equal((1, 1), _history.Counts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Id_that_is_taken_while_another_message_has_it_is_a_violation(bool isCommitted)
    {
        if (isCommitted)
            Decide(commit: true);

        _history.Taken("b", 20);

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Id_that_is_taken_after_the_roll_back_is_none()
    {
        Decide(commit: false);
        _history.Taken("b", 20);
        _history.Came("b", 20);
        _history.Ended();

        Assert.Empty(_history.Violations);
    }

    [Fact]
    public void Id_that_comes_twice_is_a_violation()
    {
        _history.Deciding(1, commit: true);
        _history.Came("a", 10);
        _history.Came("b", 20);
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Repeat_of_what_was_rolled_back_is_a_violation()
    {
        _history.Repeated("b", 10);
        Decide(commit: false);
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Repeat_of_a_message_with_another_id_is_a_violation()
    {
        _history.Asked("c", "orders/other", transaction: null);
        _history.Repeated("c", 10);
        _history.Deciding(1, commit: true);
        _history.Came("a", 10);
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Repeat_within_a_transaction_that_was_rolled_back_is_none()
    {
        _history.Asked("c", "orders/id", transaction: 1);
        _history.Repeated("c", 10);
        Decide(commit: false);
        _history.Ended();

        Assert.Empty(_history.Violations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Id_that_is_refused_though_its_transaction_is_decided_is_a_violation(bool commit)
    {
        Decide(commit);

        _history.RefusedOneOf(["b"]);

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Id_that_is_refused_to_the_transaction_that_has_it_is_a_violation()
    {
        _history.Asked("c", "orders/id", transaction: 1);

        _history.RefusedOneOf(["c"]);

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Message_that_was_stored_outside_and_never_comes_is_a_violation()
    {
        Decide(commit: false);
        _history.Taken("b", 20);
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    private void Decide(bool commit)
    {
        _history.Deciding(1, commit);
        _history.Decided(1);
    }
}
