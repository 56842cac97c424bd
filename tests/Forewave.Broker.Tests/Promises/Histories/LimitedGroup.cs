namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What a group gets under a limit.</summary>
internal sealed class LimitedGroup
{
    private const double Rounding = 0.01;
    private double _least = double.MaxValue;
    private int _count;

    /// <summary>The limit that is in force; null: it is not known.</summary>
    public HistoryEvent? Limit { get; set; }

    /// <summary>What consumers surely have, by offset, and since when at the latest, as Unix time in milliseconds.</summary>
    public Dictionary<long, (HistoryEvent Delivery, long Since)> Out { get; } = [];

    /// <summary>Unix time in milliseconds up to which a purge or a reset ended the leases that there were; -1: none did.</summary>
    public long NoneLeasedAt { get; private set; } = -1;

    /// <summary>A purge or a reset ends all leases, also of what is on its way.</summary>
    public void LeaseNone(HistoryEvent happened)
    {
        NoneLeasedAt = happened.Time.ToUnixTimeMilliseconds();
        Out.Clear();
    }

    /// <summary>A limit counts from now on.</summary>
    public void Begin(HistoryEvent limit)
    {
        Limit = limit;
        (_least, _count) = (double.MaxValue, 0);
    }

    /// <summary>The broker was started anew: leases may be lost, and the rate begins with one message.</summary>
    public void Restart()
    {
        Out.Clear();
        (_least, _count) = (double.MaxValue, 0);
    }

    /// <summary>Leases of a connection may be given back.</summary>
    public void GiveBack(int connection)
    {
        foreach (long offset in Out.Where(pair => pair.Value.Delivery.Connection == connection).Select(pair => pair.Key).ToList())
            Out.Remove(offset);
    }

    /// <summary>
    /// Whether the messages up to this one are no more than the burst and what the rate gives, in any span: so many as came from one on
    /// are bounded by the time since that one was handed out at the earliest.
    /// </summary>
    public bool TakeToken(HistoryEvent delivery, long since)
    {
        double rate = Limit!.Rate / 1_000;
        _least = Math.Min(_least, _count - rate * since);
        _count++;
        return _count - rate * delivery.Time.ToUnixTimeMilliseconds() <= _least + Limit.Burst + Rounding;
    }
}
