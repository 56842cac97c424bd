using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery.Pacing;

/// <summary>
/// Keeps a group within its <see cref="DeliveryLimit"/>. The rate is a bucket of tokens on the monotonic clock: in no span of
/// time more goes out than the burst and what the rate gives in it. Run dry, it waits until there is something worth a frame:
/// fifty times a second at most, behind one deadline of the loop. It is in memory alone and begins with one token, so that
/// restarts add no bursts. For the loop alone.
/// </summary>
internal sealed class DeliveryPace(GroupDelivery group) : IDue
{
    private const double StepSeconds = 0.02;
    private const double Rounding = 1e-6;

    private double _tokens = 1;
    private long _filledAt;
    private bool _isDry;
    private uint _generation;

    private DeliveryLimit Limit => group.State.Options.Limit;

    /// <summary>How many messages may go out now. Where it is 0 the group is woken when there may be some.</summary>
    public long Allowance()
    {
        var limit = Limit;
        if (limit.IsNone)
            return long.MaxValue;
        long leases = limit.MaxLeased == 0 ? long.MaxValue : limit.MaxLeased - Leased();
        if (leases <= 0)
        {
            // A settled or expired lease wakes the group.
            group.Loop.Metrics.Limited(byRate: false);
            return 0;
        }
        return limit.Rate == 0 ? leases : Math.Min(leases, Tokens(limit));
    }

    /// <summary>Messages went out.</summary>
    public void Spend(int messages)
    {
        if (Limit.Rate > 0)
            _tokens -= messages;
    }

    /// <summary>The limit is another: a rate that was not there begins with one token, what is there fits the new burst.</summary>
    public void Changed(DeliveryLimit before)
    {
        if (before.Rate == 0)
            (_tokens, _filledAt) = (1, 0);
        else
            Fill(before);
        _tokens = Math.Min(_tokens, Limit.BurstInForce);
        _isDry = false;
        _generation++;
    }

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => _isDry && token.Generation == _generation;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop loop)
    {
        _isDry = false;
        group.HasDemand();
    }

    private long Tokens(DeliveryLimit limit)
    {
        if (!_isDry)
            Fill(limit);
        long whole = _isDry ? 0 : (long)(_tokens + Rounding);
        if (whole < 1)
        {
            group.Loop.Metrics.Limited(byRate: true);
            WaitForSome(limit);
            return 0;
        }
        return whole;
    }

    private void Fill(DeliveryLimit limit)
    {
        var time = group.Loop.Setting.Time;
        long now = time.GetTimestamp();
        if (_filledAt != 0)
            _tokens = Math.Min(limit.BurstInForce, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * limit.Rate);
        _filledAt = now;
    }

    private void WaitForSome(DeliveryLimit limit)
    {
        if (_isDry)
            return;
        _isDry = true;
        _generation++;
        double worthwhile = Math.Clamp(limit.Rate * StepSeconds, 1, limit.BurstInForce);
        var wait = TimeSpan.FromSeconds((worthwhile - _tokens) / limit.Rate);
        group.Loop.Deadlines.Add(this, new DueToken(0, _generation), group.Loop.Deadlines.In(wait));
    }

    private long Leased() => group.HasBands
        ? group.Parts.Sum(static part => (long)part.State.Cursor.Leased)
        : group.State.Cursor.Leased;
}
