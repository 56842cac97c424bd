using System.Globalization;
using System.Text;
using Forewave.Broker.Delivery.Groups;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>One thing that happened to one message, or to a queue or group. Which fields are used depends on the kind.</summary>
internal sealed record HistoryEvent
{
    public required EventKind Kind { get; init; }

    /// <summary>From 1, in the order in which the clients saw them; given by the history.</summary>
    public int Number { get; init; }

    /// <summary>Which start of the broker, from 1; given by the history.</summary>
    public int Life { get; init; }

    /// <summary>The moved clock; given by the history.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The connection, never used twice; 0: none.</summary>
    public int Connection { get; init; }

    /// <summary>Number of the last event before that connection was opened.</summary>
    public int ConnectedAfter { get; init; }

    public MessageKey Message { get; init; }

    public GroupKey Group { get; init; }

    public long Offset { get; init; }

    public ulong Position { get; init; }

    public uint Attempt { get; init; }

    public uint Epoch { get; init; }

    public bool IsRedriven { get; init; }

    public Durability Durability { get; init; }

    public SettleVerb Verb { get; init; }

    public ErrorCode Error { get; init; }

    /// <summary>Of an answer: number of the event that it answers.</summary>
    public int Request { get; init; }

    public int Count { get; init; }

    /// <summary>The id of a transaction; 0: it has to do with none.</summary>
    public ulong Transaction { get; init; }

    /// <summary>Of a decision: to commit, else to roll back.</summary>
    public bool Commits { get; init; }

    /// <summary>Empty: none.</summary>
    public string OrderingKey { get; init; } = "";

    public int Priority { get; init; } = Limits.DefaultPriority;

    /// <summary>Empty: none.</summary>
    public string DeduplicationId { get; init; } = "";

    /// <summary>Before this Unix time in milliseconds it must not come; 0: it is available at once.</summary>
    public long Due { get; init; }

    /// <summary>The time counts from the arrival: it may be later than <see cref="Due"/>.</summary>
    public bool IsRelative { get; init; }

    /// <summary>After this Unix time in milliseconds it must not come; 0: it names no such time.</summary>
    public long Expires { get; init; }

    /// <summary>The time of its expiry counts from the arrival: it may be later than <see cref="Expires"/>.</summary>
    public bool IsTimeToLive { get; init; }

    /// <summary>Of a queue: how long messages live that name no time; 0: as long as they are kept.</summary>
    public long LifeMilliseconds { get; init; }

    /// <summary>Of a group: what expired becomes a dead letter.</summary>
    public bool BuriesExpired { get; init; }

    /// <summary>Of a limit: messages a second; 0: none.</summary>
    public double Rate { get; init; }

    /// <summary>Of a limit: messages that may come at once.</summary>
    public int Burst { get; init; }

    /// <summary>Of a limit: messages that consumers have at once; 0: no limit.</summary>
    public int MaxLeased { get; init; }

    public FailurePolicy Policy { get; init; }

    /// <summary>Of a group: it has one consumer.</summary>
    public bool IsAlone { get; init; }

    /// <summary>An answer that says that the message was stored before.</summary>
    public bool IsRepeat { get; init; }

    public string Text { get; init; } = "";

    /// <summary>Why it was nacked, rejected, or died.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Of a dead letter: its history.</summary>
    public IReadOnlyList<ListedAttempt> Attempts { get; init; } = [];

    /// <summary>The band of priority that its offset names.</summary>
    public int Band => BandOf(Offset);

    /// <summary>The band of priority that an offset names: 0, or the priority and 1.</summary>
    public static int BandOf(long offset) => (int)(offset >> 56);

    public override string ToString()
    {
        var text = new StringBuilder($"{Number,6} life {Life} {Kind}");
        Add(text, "connection", Connection);
        if (Message.Sequence != 0)
            text.Append(CultureInfo.InvariantCulture, $" message={Message}");
        if (Transaction != 0)
            text.Append(CultureInfo.InvariantCulture, $" transaction={Transaction:x16}");
        Add(text, "commits", Commits);
        if (Group.Queue.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" {Group}");
        Add(text, "offset", Offset);
        Add(text, "attempt", Attempt);
        Add(text, "epoch", Epoch);
        if (Position != 0)
            text.Append(CultureInfo.InvariantCulture, $" position={Position:x16}");
        Add(text, "verb", Verb);
        Add(text, "durability", Durability);
        Add(text, "error", Error);
        Add(text, "request", Request);
        Add(text, "count", Count);
        Add(text, "redriven", IsRedriven);
        Add(text, "due", Due);
        Add(text, "relative", IsRelative);
        Add(text, "expires", Expires);
        Add(text, "life", LifeMilliseconds);
        Add(text, "rate", Rate);
        Add(text, "burst", Burst);
        Add(text, "leases", MaxLeased);
        if (Kind == EventKind.PublishSent)
            Add(text, "priority", Priority);
        if (OrderingKey.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" key={OrderingKey}");
        if (DeduplicationId.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" id={DeduplicationId}");
        Add(text, "repeat", IsRepeat);
        if (Text.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" '{Text}'");
        if (Reason.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $" because '{Reason}'");
        foreach (var attempt in Attempts)
            text.Append(CultureInfo.InvariantCulture, $" [{attempt.Attempt} '{attempt.Reason}']");
        return text.ToString();
    }

    private static void Add<T>(StringBuilder text, string name, T value)
        where T : struct
    {
        if (!EqualityComparer<T>.Default.Equals(value, default))
            text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
    }
}
