using System.Globalization;
using System.Text;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A message that says in its body which one it is.</summary>
internal sealed record TestMessage(MessageKey Key, QueuePlan Queue, ByteString Bytes)
{
    // Longer than a scenario.
    private const long LongLifeMilliseconds = 86_400_000;

    /// <summary>Number of the event of its last sending.</summary>
    public int SentAt { get; set; }

    public string Digest => DigestOf(Bytes.Span);

    public string OrderingKey { get; private init; } = "";

    public int Priority { get; private init; } = Limits.DefaultPriority;

    public string DeduplicationId { get; private init; } = "";

    /// <summary>Unix time in milliseconds before which it must not come; 0: at once, or after <see cref="DelayMilliseconds"/>.</summary>
    public long DeliverAt { get; private init; }

    /// <summary>It comes so long after its arrival.</summary>
    public int DelayMilliseconds { get; private init; }

    /// <summary>Unix time in milliseconds after which it must not come; 0: none, or <see cref="LifeMilliseconds"/>.</summary>
    public long ExpiresAt { get; private init; }

    /// <summary>It may come for so long after its arrival.</summary>
    public long LifeMilliseconds { get; private init; }

    /// <summary>The queue that it was sent to last, as the history calls it.</summary>
    public string SentTo { get; set; } = "";

    /// <summary>It is not available at once.</summary>
    public bool IsTimed => DeliverAt > 0 || DelayMilliseconds > 0;

    /// <summary>A key of its own, if it is timed: operators find it by that.</summary>
    public string OwnKey => $"m{Key.Producer}-{Key.Sequence}";

    /// <summary>A message that asks for nothing.</summary>
    public static TestMessage MakePlain(MessageKey key, QueuePlan queue, Random random)
    {
        var message = BodyOf(key, random);
        // Nor does its queue let it expire.
        long life = queue.LifeSeconds > 0 ? LongLifeMilliseconds : 0;
        message.TimeToLive = (ulong)life;
        return new TestMessage(key, queue, message.ToByteString()) { LifeMilliseconds = life };
    }

    /// <summary>A message that asks for some of what its queue's messages may ask for.</summary>
    /// <param name="key">Which one it is.</param>
    /// <param name="queue">Where it goes.</param>
    /// <param name="random">Where from.</param>
    /// <param name="now">Its times are after this.</param>
    /// <param name="mayHaveId">It may have a deduplication id.</param>
    public static TestMessage Make(MessageKey key, QueuePlan queue, Random random, DateTimeOffset now, bool mayHaveId = true)
    {
        bool isTimed = queue.HasDelays && random.Next(3) == 0;
        int milliseconds = random.Next(8) == 0 ? random.Next(1, 600_000) : random.Next(1, 40_000);
        bool isRelative = random.Next(2) == 0;
        var made = new TestMessage(key, queue, ByteString.Empty)
        {
            OrderingKey = queue.Keys > 0 && random.Next(6) > 0 ? $"k{random.Next(queue.Keys)}" : "",
            Priority = queue.HasPriorities && random.Next(3) > 0 ? random.Next(Limits.MaxPriority + 1) : Limits.DefaultPriority,
            DeduplicationId = mayHaveId && queue.Ids > 0 && random.Next(3) > 0 ? $"id {random.Next(queue.Ids)}" : "",
            DeliverAt = isTimed && !isRelative ? now.ToUnixTimeMilliseconds() + milliseconds : 0,
            DelayMilliseconds = isTimed && isRelative ? milliseconds : 0,
        };
        if (queue.HasExpiry && random.Next(3) == 0)
            made = made.Expiring(random, now);
        var message = BodyOf(key, random);
        (message.OrderingKey, message.DeduplicationId) = (made.OrderingKey, made.DeduplicationId);
        (message.DeliverAt, message.Delay) = ((ulong)made.DeliverAt, (ulong)made.DelayMilliseconds);
        (message.ExpiresAt, message.TimeToLive) = ((ulong)made.ExpiresAt, (ulong)made.LifeMilliseconds);
        if (made.Priority != Limits.DefaultPriority)
            message.Priority = (uint)made.Priority;
        if (made.IsTimed)
            message.Keys.Add(made.OwnKey);
        return made with { Bytes = message.ToByteString() };
    }

    /// <summary>What the history has of its sending.</summary>
    public HistoryEvent Sent(EventKind kind, DateTimeOffset now) => new()
    {
        Kind = kind,
        Message = Key,
        Group = GroupKey.OfQueue(SentTo),
        Text = Digest,
        OrderingKey = OrderingKey,
        Priority = Priority,
        DeduplicationId = DeduplicationId,
        Due = DelayMilliseconds > 0 ? now.ToUnixTimeMilliseconds() + DelayMilliseconds : DeliverAt,
        IsRelative = DelayMilliseconds > 0,
        Expires = LifeMilliseconds > 0 ? now.ToUnixTimeMilliseconds() + LifeMilliseconds : ExpiresAt,
        IsTimeToLive = LifeMilliseconds > 0,
    };

    /// <summary>It expires some time after it is due: within the scenario, or long after it.</summary>
    private TestMessage Expiring(Random random, DateTimeOffset now)
    {
        long wait = DeliverAt > 0 ? DeliverAt - now.ToUnixTimeMilliseconds() : DelayMilliseconds;
        long life = wait + (random.Next(4) == 0 ? LongLifeMilliseconds : random.Next(1, 60_000));
        // A time that does not move with the arrival might be before a delay that does.
        return random.Next(2) == 0 && DelayMilliseconds == 0
            ? this with { ExpiresAt = now.ToUnixTimeMilliseconds() + life }
            : this with { LifeMilliseconds = life };
    }

    private static V1.Message BodyOf(MessageKey key, Random random)
    {
        int padding = random.Next(10) switch { 0 => random.Next(6_000), < 4 => random.Next(600), _ => random.Next(40) };
        var message = new V1.Message
        {
            Body = ByteString.CopyFromUtf8($"{key.Producer}:{key.Sequence}:{new string((char)('a' + random.Next(26)), padding)}"),
        };
        if (random.Next(8) == 0)
            message.Keys.Add($"key {random.Next(100)}");
        if (random.Next(8) == 0)
            message.Headers.Add(new V1.Header { Name = "trace", Value = ByteString.CopyFromUtf8($"{random.Next()}") });
        return message;
    }

    /// <summary>Which message it is, by its bytes; default where they are broken.</summary>
    public static MessageKey Read(ByteString bytes)
    {
        string[] parts = Encoding.UTF8.GetString(V1.Message.Parser.ParseFrom(bytes).Body.Span).Split(':');
        return parts.Length == 3 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int producer)
            && ulong.TryParse(parts[1], CultureInfo.InvariantCulture, out ulong sequence)
            ? new MessageKey(producer, sequence)
            : default;
    }

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"{bytes.Length}:{Checksum.Of(bytes):x8}";
}
