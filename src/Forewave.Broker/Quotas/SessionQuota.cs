using Forewave.Broker.Settings;

namespace Forewave.Broker.Quotas;

/// <summary>What one connection may publish: by itself, and with all others of its user. For its read loop alone.</summary>
internal sealed class SessionQuota(UserQuotas users, string user, TimeProvider time)
{
    private LiveTerms? _live;

    /// <summary>It has no bound of its own.</summary>
    public bool HasNone { get; init; }

    /// <summary>By itself.</summary>
    public RateQuota Own { get; private set; } = RateQuota.None;

    /// <summary>With the others of its user.</summary>
    public RateQuota User { get; private set; } = RateQuota.None;

    /// <summary>By what counts at the moment.</summary>
    public SessionQuota Under(LiveTerms live)
    {
        if (ReferenceEquals(_live, live))
            return this;
        Own = HasNone ? RateQuota.None : RateQuota.Of(live.ConnectionRates, Own, time);
        User = user.Length == 0 ? RateQuota.None : users.Of(user);
        _live = live;
        return this;
    }
}
