namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What was asked for with one message: by its producer, and by operators since.</summary>
/// <param name="first">Its first sending.</param>
/// <param name="lifeMilliseconds">How long messages of its queue live that name no time; 0: as long as they are kept.</param>
internal sealed class SentMessage(HistoryEvent first, long lifeMilliseconds)
{
    // The broker keeps a queue's time to live to 16 significant bits.
    private const double LongerLife = 1 + 1.0 / 32_768;

    private readonly HashSet<string> _queues = [first.Group.Queue];
    private long? _answeredBy;
    private long? _seenBy;

    /// <summary>Its first sending.</summary>
    public HistoryEvent First { get; } = first;

    /// <summary>Before this Unix time in milliseconds it must not come: the earliest of the times that may be its own.</summary>
    public long Due { get; set; } = first.Due;

    /// <summary>Nobody tried to give it another time.</summary>
    public bool HasItsFirstTime { get; set; } = true;

    /// <summary>A cancel was sent.</summary>
    public bool MayBeCancelled { get; set; }

    /// <summary>A purge was sent that it may have met, or its queue was to be deleted.</summary>
    public bool MayBePurged { get; set; }

    /// <summary>It was on its way when its queue was to be deleted: what is known of the queue then may be gone before it.</summary>
    public bool MayMeetDeletion { get; private set; }

    /// <summary>The band of priority where it belongs: that of priority 4 is 0, and has all with an ordering key.</summary>
    public int Band => First.OrderingKey.Length > 0 || First.Priority == Forewave.Protocol.Limits.DefaultPriority ? 0 : First.Priority + 1;

    /// <summary>It was sent to a queue, or to one of that name before.</summary>
    public bool WasSentTo(string queue) => _queues.Contains(queue);

    /// <summary>A queue that it was sent to is to be deleted.</summary>
    public void Delete()
    {
        MayBePurged = true;
        MayMeetDeletion |= _answeredBy is null;
    }

    /// <summary>Both were sent to some queue.</summary>
    public bool SharesQueue(SentMessage other) => _queues.Overlaps(other._queues);

    /// <summary>It was sent to one queue only.</summary>
    public bool HasOneQueue => _queues.Count == 1;

    public void SentAgain(HistoryEvent sent) => _queues.Add(sent.Group.Queue);

    /// <summary>It is stored: what it is to live counts from no later time, where it is available at once.</summary>
    public void IsAnswered(long time) => _answeredBy ??= time;

    /// <summary>It is in the queue.</summary>
    public void IsSeen(long time) => _seenBy ??= time;

    /// <summary>It need not come, nor be found.</summary>
    /// <param name="now">Unix time in milliseconds.</param>
    public bool MayBeGone(long now) => MayBeCancelled || MayBePurged || MayHaveExpired(now);

    /// <summary>It may have expired by a Unix time in milliseconds.</summary>
    public bool MayHaveExpired(long now)
    {
        if (First.Expires > 0)
            return First.Expires < now;
        return lifeMilliseconds > 0 && Math.Max(First.Time.ToUnixTimeMilliseconds(), Due) + lifeMilliseconds < now;
    }

    /// <summary>It surely had expired at a Unix time in milliseconds.</summary>
    public bool HasExpired(long now)
    {
        if (First is { Expires: > 0, IsTimeToLive: false })
            return First.Expires < now;
        long? since = First.Due == 0 || First.IsTimeToLive ? _answeredBy ?? _seenBy : _seenBy;
        if (since is not { } time)
            return false;
        double life = First.Expires > 0 ? First.Expires - First.Time.ToUnixTimeMilliseconds() : lifeMilliseconds * LongerLife + 1;
        return life > 1 && time + life < now;
    }
}
