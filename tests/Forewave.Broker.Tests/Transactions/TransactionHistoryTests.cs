namespace Forewave.Broker.Tests.Transactions;

/// <summary>The checker notices what it is there for.</summary>
public sealed class TransactionHistoryTests
{
    private readonly TransactionHistory _history = new();

    public TransactionHistoryTests()
    {
        _history.Begun(1);
        _history.Preparing(1, ["a", "b"]);
        _history.Prepared(1, [("a", "orders"), ("b", "stock")]);
    }

    [Fact]
    public void History_without_a_fault_has_no_violations()
    {
        Commit();
        _history.Came("a", "orders", 1);
        _history.Came("a", "orders", 1);
        _history.Came("b", "stock", 1);
        _history.Listed(new Dictionary<ulong, uint>());
        _history.Ended();

        Assert.Empty(_history.Violations);
    }

    [Fact]
    public void Message_before_the_commit_is_a_violation()
    {
        _history.Came("a", "orders", 1);

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Message_of_a_transaction_that_was_rolled_back_is_a_violation()
    {
        _history.Deciding(1, commit: false);
        _history.Decided(1, 2);
        _history.Came("a", "orders", 1);

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Some_of_a_transaction_without_the_rest_is_a_violation_also_without_an_answer()
    {
        _history.Deciding(1, commit: true);
        _history.Came("a", "orders", 1);
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Commit_of_which_nothing_comes_is_a_violation()
    {
        Commit();
        _history.Ended();

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Message_that_comes_twice_is_a_violation()
    {
        Commit();
        _history.Came("a", "orders", 1);
        _history.Came("a", "orders", 2);

        Assert.Single(_history.Violations);
    }

    [Theory]
    [InlineData(false, 0u)]
    [InlineData(false, 1u)]
    [InlineData(true, 2u)]
    public void List_that_lacks_what_was_answered_or_has_what_was_decided_is_a_violation(bool isDecided, uint listed)
    {
        if (isDecided)
            Commit();

        _history.Listed(listed == 0 ? new Dictionary<ulong, uint>() : new Dictionary<ulong, uint> { [1] = listed });

        Assert.Single(_history.Violations);
    }

    [Fact]
    public void Decision_over_fewer_messages_than_were_answered_is_a_violation()
    {
        _history.Deciding(1, commit: true);
        _history.Decided(1, 1);

        Assert.Single(_history.Violations);
    }

    private void Commit()
    {
        _history.Deciding(1, commit: true);
        _history.Decided(1, 2);
    }
}
