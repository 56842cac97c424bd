namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A transaction as its producer knows it.</summary>
/// <param name="producer">Its messages have this number and their own in the transaction.</param>
/// <param name="fate">What is to become of it.</param>
internal sealed class ShopTransaction(int producer, TransactionFate fate)
{
    private readonly List<(TestMessage Message, ulong Position)> _prepared = [];
    private int _sent;

    /// <summary>0: it is not begun.</summary>
    public ulong Id { get; set; }

    public int Producer { get; } = producer;

    public TransactionFate Fate { get; } = fate;

    /// <summary>How many times messages are still to be prepared.</summary>
    public int PartsLeft { get; set; }

    /// <summary>Messages that were sent together and of which no answer came.</summary>
    public IReadOnlyList<TestMessage> Pending { get; private set; } = [];

    /// <summary>They are on their way, and so may be their answer.</summary>
    public bool IsPreparing { get; set; }

    /// <summary>They are not sent again: they may be in the transaction or not.</summary>
    public bool HasGivenUp { get; set; }

    /// <summary>Decisions on their way.</summary>
    public int Deciding { get; set; }

    /// <summary>Whether the producer asked to commit it last; null: it did not ask.</summary>
    public bool? Asked { get; set; }

    /// <summary>Whether it was committed; null: it is open for all that is known.</summary>
    public bool? IsCommitted { get; private set; }

    /// <summary>The broker does not know it any more: it was never on stable storage.</summary>
    public bool IsLost { get; private set; }

    /// <summary>How it ended is remembered for ever.</summary>
    public bool IsRemembered => IsCommitted is not null && !IsLost && _prepared.Count > 0;

    /// <summary>Nothing of it is on its way.</summary>
    public bool IsQuiet => !IsPreparing && Deciding == 0;

    public IReadOnlyList<(TestMessage Message, ulong Position)> Prepared => _prepared;

    public ulong NextNumber() => (ulong)++_sent;

    public void Prepare(IReadOnlyList<TestMessage> messages) => Pending = messages;

    /// <summary>What was sent last is in it.</summary>
    public void Take(IEnumerable<ulong> positions)
    {
        _prepared.AddRange(Pending.Zip(positions));
        Pending = [];
    }

    /// <summary>What was sent last is not in it, or may not be; nothing more is sent.</summary>
    public void GiveUp()
    {
        HasGivenUp = true;
        PartsLeft = 0;
    }

    public void End(bool isCommitted) => IsCommitted ??= isCommitted;

    public void Lose()
    {
        IsLost = true;
        IsCommitted ??= false;
    }
}
