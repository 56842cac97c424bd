namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Messages that were sent together to be in a transaction: all of them are, or none.</summary>
internal sealed class PreparedPart
{
    private readonly List<HistoryEvent> _sent = [];
    private readonly Dictionary<MessageKey, HistoryEvent> _receipts = [];
    private bool _isLeftOut;

    /// <summary>As each was sent first.</summary>
    public IReadOnlyList<HistoryEvent> Sent => _sent;

    /// <summary>How often they were sent.</summary>
    public int Sendings { get; private set; }

    /// <summary>A receipt came: they are in the transaction for good.</summary>
    public bool IsAnswered => _receipts.Count > 0;

    /// <summary>The first receipt of each message that has one.</summary>
    public IEnumerable<HistoryEvent> Receipts => _sent.Where(message => _receipts.ContainsKey(message.Message)).Select(message => _receipts[message.Message]);

    /// <summary>They are known not to be in it.</summary>
    public bool IsLeftOut => _isLeftOut && !IsAnswered && !IsTold;

    /// <summary>Nobody got a receipt, and a decision counted them: they are in it.</summary>
    public bool IsTold { get; set; }

    /// <summary>Number of the event of the first receipt; 0: none came.</summary>
    public int AnsweredAt { get; private set; }

    public void Add(HistoryEvent sent)
    {
        if (!_sent.Exists(known => known.Message == sent.Message))
            _sent.Add(sent);
        if (sent.Message == _sent[0].Message)
            Sendings++;
    }

    /// <summary>Takes a receipt; returns the first one of the message.</summary>
    public HistoryEvent Answer(HistoryEvent receipt)
    {
        if (AnsweredAt == 0)
            AnsweredAt = receipt.Number;
        _receipts.TryAdd(receipt.Message, receipt);
        return _receipts[receipt.Message];
    }

    public void LeaveOut() => _isLeftOut = true;
}
