namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What is known of one transaction.</summary>
internal sealed class KnownTransaction(ulong id)
{
    private readonly List<PreparedPart> _parts = [];

    public ulong Id { get; } = id;

    /// <summary>What was sent to be in it, in order.</summary>
    public IReadOnlyList<PreparedPart> Parts => _parts;

    /// <summary>The first time that somebody asked to commit it; null: nobody did.</summary>
    public HistoryEvent? Commit { get; set; }

    /// <summary>Somebody asked to roll it back.</summary>
    public bool MayBeRolledBack { get; set; }

    /// <summary>It was committed, or was not; null: nobody knows.</summary>
    public bool? IsCommitted { get; set; }

    /// <summary>The answer that told so first.</summary>
    public HistoryEvent? End { get; set; }

    /// <summary>How many messages it had, by the first answer to a decision; null: none came.</summary>
    public int? Told { get; set; }

    /// <summary>An answer was read that is on stable storage: of messages, or of its end.</summary>
    public bool IsDurable => Told is not null || Firm > 0;

    /// <summary>Messages of which receipts came.</summary>
    public int Firm => _parts.Where(part => part.IsAnswered).Sum(part => part.Sent.Count);

    /// <summary>Messages of which nobody knows whether they are in it.</summary>
    public int Doubtful => _parts.Where(part => part is { IsAnswered: false, IsLeftOut: false }).Sum(part => part.Sent.Count);

    /// <summary>The part that a message belongs to, a new one where it is the first of one.</summary>
    public PreparedPart PartOf(HistoryEvent sent)
    {
        if (sent.Request == 0 || _parts.Count == 0)
            _parts.Add(new PreparedPart());
        return _parts[^1];
    }

    /// <summary>It ended by a decision that had so many messages: so it is known which.</summary>
    public void Count(int messages)
    {
        Told = messages;
        foreach (var part in _parts.Where(part => !part.IsAnswered))
        {
            if (messages == Firm)
                part.LeaveOut();
            else if (!part.IsLeftOut && messages == Firm + Doubtful)
                part.IsTold = true;
        }
    }
}
