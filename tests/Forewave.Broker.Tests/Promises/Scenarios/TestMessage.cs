using System.Globalization;
using System.Text;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A message that says in its body which one it is.</summary>
internal sealed record TestMessage(MessageKey Key, string Queue, ByteString Bytes)
{
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

    /// <summary>It is not available at once.</summary>
    public bool IsTimed => DeliverAt > 0 || DelayMilliseconds > 0;

    /// <summary>A key of its own, if it is timed: operators find it by that.</summary>
    public string OwnKey => $"m{Key.Producer}-{Key.Sequence}";

    /// <summary>A message that asks for nothing.</summary>
    public static TestMessage MakePlain(MessageKey key, string queue, Random random)
    {
        var message = BodyOf(key, random);
        return new TestMessage(key, queue, message.ToByteString());
    }

    /// <summary>A message that asks for some of what its queue's messages may ask for.</summary>
    public static TestMessage Make(MessageKey key, QueuePlan queue, Random random, DateTimeOffset now)
    {
        bool isTimed = queue.HasDelays && random.Next(3) == 0;
        int milliseconds = random.Next(8) == 0 ? random.Next(1, 600_000) : random.Next(1, 40_000);
        bool isRelative = random.Next(2) == 0;
        var made = new TestMessage(key, queue.Name, ByteString.Empty)
        {
            OrderingKey = queue.Keys > 0 && random.Next(6) > 0 ? $"k{random.Next(queue.Keys)}" : "",
            Priority = queue.HasPriorities && random.Next(3) > 0 ? random.Next(Limits.MaxPriority + 1) : Limits.DefaultPriority,
            DeduplicationId = queue.Ids > 0 && random.Next(3) > 0 ? $"id {random.Next(queue.Ids)}" : "",
            DeliverAt = isTimed && !isRelative ? now.ToUnixTimeMilliseconds() + milliseconds : 0,
            DelayMilliseconds = isTimed && isRelative ? milliseconds : 0,
        };
        var message = BodyOf(key, random);
        (message.OrderingKey, message.DeduplicationId) = (made.OrderingKey, made.DeduplicationId);
        (message.DeliverAt, message.Delay) = ((ulong)made.DeliverAt, (ulong)made.DelayMilliseconds);
        if (made.Priority != Limits.DefaultPriority)
            message.Priority = (uint)made.Priority;
        if (made.IsTimed)
            message.Keys.Add(made.OwnKey);
        return made with { Bytes = message.ToByteString() };
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
