using System.Collections.Concurrent;
using Forewave.Broker.Settings;
using Forewave.Protocol;

namespace Forewave.Broker.Quotas;

/// <summary>What users may publish, over all of their connections. Thread-safe; free of locks once a user is known.</summary>
internal sealed class UserQuotas(SettingDirectory settings, TimeProvider time)
{
    private readonly Lock _renewing = new();
    private readonly ConcurrentDictionary<string, UserQuota> _byUser = new(StringComparer.Ordinal);

    /// <summary>That of a user, by what counts at the moment.</summary>
    public RateQuota Of(string user) => Of(user, settings.Terms).Rate;

    /// <summary>Takes what somebody publishes over HTTP.</summary>
    /// <param name="user">Who; empty: nobody was asked.</param>
    /// <param name="amount">How much.</param>
    /// <returns>How long to wait, when nothing may be taken now; else zero.</returns>
    public TimeSpan TryTake(string user, (int Messages, int Bytes) amount)
    {
        var terms = settings.Terms;
        if (user.Length == 0 || terms.TakesEverything)
            return TimeSpan.Zero;
        var rate = Of(user, terms).Rate;
        long now = time.GetTimestamp();
        long wait = rate.WaitAt(now);
        if (wait > 0)
            return time.GetElapsedTime(0, wait);
        rate.Take(amount, now);
        return TimeSpan.Zero;
    }

    private UserQuota Of(string user, LiveTerms terms)
    {
        if (_byUser.GetValueOrDefault(user) is { } known && ReferenceEquals(known.Live, terms))
            return known;
        lock (_renewing)
            return Renew(user, terms);
    }

    // All connections of a user share the same debts.
    private UserQuota Renew(string user, LiveTerms terms)
    {
        var known = _byUser.GetValueOrDefault(user);
        if (known is not null && ReferenceEquals(known.Live, terms))
            return known;
        // Of users that are gone, and come back.
        if (_byUser.Count > 2 * Limits.Users)
            _byUser.Clear();
        UserQuota quota = new(terms, RateQuota.Of(terms.UserRates(user), known?.Rate, time));
        return _byUser[user] = quota;
    }

    private sealed record UserQuota(LiveTerms Live, RateQuota Rate);
}
