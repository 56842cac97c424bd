using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery.Pacing;

/// <summary>
/// Keeps the replay of a group within its own rate, and within its loop's share of bytes for replays. Both are buckets of tokens on
/// the monotonic clock, in memory alone. Where one is dry, the replay waits behind one deadline of the loop, fifty times a second at
/// most. For the loop alone.
/// </summary>
internal sealed class ReplayPace(GroupDelivery group) : IDue
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private TokenBucket _messages = new(group.Loop.Setting.Time);
    private bool _waits;
    private uint _generation;

    /// <summary>Another replay begins: what the one before it used up, or waited for, is not its concern.</summary>
    public void Begin()
    {
        _messages = new TokenBucket(group.Loop.Setting.Time);
        _waits = false;
        _generation++;
    }

    /// <summary>How many messages may go out now. Where it is 0 the group is woken when there may be some.</summary>
    /// <param name="rate">Messages a second; 0: no limit.</param>
    public long Allowance(double rate)
    {
        if (_waits)
            return 0;
        double burst = Math.Max(1, rate * ShortestWait.TotalSeconds);
        double messages = rate == 0 ? long.MaxValue : _messages.Fill(new TokenRate(rate) { Burst = burst });
        var wait = group.Loop.ReplayShare.UntilMore();
        if (messages >= 1 && wait == TimeSpan.Zero)
            return (long)messages;
        if (messages < 1)
            wait = TimeSpan.FromSeconds(Math.Max(wait.TotalSeconds, (burst - messages) / rate));
        _waits = true;
        group.Loop.Deadlines.Add(this, new DueToken(0, _generation), group.Loop.Deadlines.In(wait > ShortestWait ? wait : ShortestWait));
        return 0;
    }

    /// <summary>So much was read, and that went out.</summary>
    /// <param name="messages">Messages that went out.</param>
    /// <param name="byteCount">Bytes that were read.</param>
    /// <param name="rate">Messages a second; 0: no limit.</param>
    public void Spend(int messages, long byteCount, double rate)
    {
        if (rate > 0)
            _messages.Take(messages);
        group.Loop.ReplayShare.Take(byteCount);
    }

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => _waits && token.Generation == _generation;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop loop)
    {
        _waits = false;
        group.HasDemand();
    }
}
