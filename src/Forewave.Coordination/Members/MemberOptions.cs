using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>Who a member is and how patient. Immutable.</summary>
public sealed record MemberOptions
{
    /// <summary>The partition that its group serves.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>Its name within the group: 1 to 64 characters, the same after every start, another one than the other's.</summary>
    public required string Broker { get; init; }

    /// <summary>Where the other broker and clients reach it, as <c>host:port</c>: what it announces.</summary>
    public required string Address { get; init; }

    /// <summary>Where it says over HTTP how it does, as <c>host:port</c>: what it announces. Default: nowhere.</summary>
    public string Http { get; init; } = "";

    /// <summary>
    /// How long an answer may wait for the slave before the record is set to be without it: 100 ms to 60 s. Default 2 s. It is what a
    /// publish waits at most when the slave goes away.
    /// </summary>
    public TimeSpan SlavePatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often it looks after what nobody tells it: 10 ms to 10 s. Default 250 ms.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two tries of what failed, doubled up to this: 100 ms to 5 min. Default 5 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Makes the record of a group that has none yet. Off: it waits for one, so that a service that lost its data does not look like a
    /// new cluster. It is refused in any case where the database has been served before.
    /// </summary>
    public bool MayBegin { get; init; }

    /// <summary>
    /// Makes that record also where the database has been served before: for a partition whose only copy it is, so that nobody else can have
    /// a later one. Default false.
    /// </summary>
    public bool MayAdopt { get; init; }

    /// <summary>Told in words for an operator what it becomes and what it waits for; short, not throwing. Default: nobody is.</summary>
    public Action<string> Told { get; init; } = static _ => { };

    internal void Check()
    {
        ArgumentException.ThrowIfNullOrEmpty(Broker);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Broker.Length, 64);
        Require(SlavePatience, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Require(Pace, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10));
        Require(LongestPause, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
    }

    private static void Require(TimeSpan given, TimeSpan least, TimeSpan most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(given, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(given, most);
    }
}
