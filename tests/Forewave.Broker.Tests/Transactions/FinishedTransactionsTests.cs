using Forewave.Broker.Transactions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Transactions;

/// <summary>For how long it is known how a transaction ended.</summary>
public sealed class FinishedTransactionsTests
{
    private static readonly Timestamp Start = new(1_767_323_045_000);

    private readonly FinishedTransactions _finished = new();

    [Fact]
    public void Ends_are_known_for_their_time_however_many_there_are()
    {
        Add(1, Limits.FinishedTransactions + 1_000, Start);

        Add(Limits.FinishedTransactions + 1_001, 1, Start.Plus(Limits.FinishedLife));

        Assert.True(_finished.TryFind(Id(1), out var first));
        Assert.Equal((TransactionDecision.Commit, 3, "shop"), (first.Decision, first.Messages, first.ProducerName));
        Assert.Equal(Limits.FinishedTransactions + 1_001, _finished.Count);
    }

    [Fact]
    public void Last_ends_are_known_for_longer_and_those_before_are_forgotten()
    {
        Add(1, Limits.FinishedTransactions + 1_000, Start);

        Add(Limits.FinishedTransactions + 1_001, 1, Start.Plus(Limits.FinishedLife).Plus(TimeSpan.FromMilliseconds(1)));

        Assert.Equal(Limits.FinishedTransactions, _finished.Count);
        Assert.False(_finished.TryFind(Id(1_001), out _));
        Assert.True(_finished.TryFind(Id(1_002), out _));
    }

    [Fact]
    public void No_more_are_known_than_memory_is_meant_for()
    {
        Add(1, Limits.MostFinishedTransactions + 1, Start);

        Assert.Equal(Limits.MostFinishedTransactions, _finished.Count);
        Assert.False(_finished.TryFind(Id(1), out _));
    }

    private void Add(int first, long count, Timestamp ended)
    {
        for (int i = first; i < first + count; i++)
            _finished.Add(Id(i), new FinishedTransaction { Decision = TransactionDecision.Commit, Messages = 3, Position = Id(i), Ended = ended, ProducerName = "shop" });
    }

    private static LogPosition Id(int number) => LogPosition.FromBits((ulong)number + 0x1_0000_0000);
}
