using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>What a broker answers to a search, in the types of the SDK. Stateless.</summary>
internal static class FoundAnswers
{
    public static FoundPage ToPage(V1.FoundMessages found) => new()
    {
        Messages = [.. found.Messages.Select(ToMessage)],
        Resume = found.Resume.Length == 0 ? null : found.Resume,
        LookedAt = (long)found.LookedAt,
        BytesRead = (long)found.BytesRead,
        ReachedTime = TimeOf(found.ReachedTime),
        Left = (long)found.Left,
        Damaged = (long)found.Damaged,
    };

    private static FoundMessage ToMessage(V1.FoundMessage message) => new()
    {
        Id = MessageId.TryParse(message.MessageId, out MessageId id) ? id : default,
        Offset = message.Offset == 0 ? null : new Offset((long)message.Offset),
        PublishTime = DateTimeOffset.FromUnixTimeMilliseconds((long)message.PublishTime),
        QueuedTime = TimeOf(message.QueuedTime),
        DeliverAt = TimeOf(message.DeliverAt),
        Priority = (int)message.Priority,
        Keys = [.. message.Keys],
        Tag = message.Tag.Length == 0 ? null : message.Tag,
        OrderingKey = message.OrderingKey.Length == 0 ? null : message.OrderingKey,
        BodyBytes = (int)message.BodyBytes,
        HeaderCount = (int)message.Headers,
        Content = message.Message.IsEmpty ? null : ToContent(V1.Message.Parser.ParseFrom(message.Message)),
    };

    private static FoundContent ToContent(V1.Message message) => new()
    {
        Body = message.Body.Memory,
        Headers = [.. message.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value.Memory))],
    };

    private static DateTimeOffset? TimeOf(ulong milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
