using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>Turns what a broker answered about messages into the records of this folder. Stateless.</summary>
internal static class MessageAnswers
{
    public static MessageDetails ToMessage(V1.MessageDetails details)
    {
        V1.Message message = V1.Message.Parser.ParseFrom(details.Message);
        return new MessageDetails
        {
            Id = MessageId.TryParse(details.MessageId, out MessageId id) ? id : default,
            Queue = new QueueName(details.Queue),
            Where = (MessageWhere)details.Where,
            Offset = details.Offset == 0 ? null : new Offset((long)details.Offset),
            PublishTime = DateTimeOffset.FromUnixTimeMilliseconds((long)details.PublishTime),
            DeliverAt = ToTime(details.DeliverAt),
            ReleaseTime = ToTime(details.ReleaseTime),
            ExpiresAt = ToTime(message.TimeToLive == 0 ? message.ExpiresAt : details.PublishTime + message.TimeToLive),
            Producer = details.ProducerName,
            Body = message.Body.Memory,
            Keys = [.. message.Keys],
            Tag = ToText(message.Tag),
            Headers = [.. message.Headers.Select(header => new KeyValuePair<string, ReadOnlyMemory<byte>>(header.Name, header.Value.Memory))],
            OrderingKey = ToText(message.OrderingKey),
            Priority = message.HasPriority ? (int)message.Priority : Limits.DefaultPriority,
            DeduplicationId = ToText(message.DeduplicationId),
            Groups = [.. details.Groups.Select(ToGroup)],
        };
    }

    public static GroupMessage ToGroup(V1.GroupMessage message) => new()
    {
        Group = new GroupName(message.Group),
        State = (MessageState)message.State,
        Attempt = message.Attempt == 0 ? null : new Attempt(message.Attempt),
        Consumer = ToText(message.Consumer),
        Since = ToTime(message.Since),
        Until = ToTime(message.Until),
        DeadPlace = message.DeadPlace == 0 ? null : (long)message.DeadPlace,
        Reason = ToText(message.Reason),
        History = [.. message.History.Select(ToAttempt)],
    };

    public static MessageOutcome ToOutcome(V1.MessageOutcome outcome) => new()
    {
        Where = (MessageWhere)outcome.Where,
        DeliverAt = ToTime(outcome.DeliverAt),
        Group = outcome.Group is null ? null : ToGroup(outcome.Group),
        IsReached = outcome.Reached,
    };

    public static TraceEvent ToEvent(V1.TraceEvent one) => new()
    {
        Time = DateTimeOffset.FromUnixTimeMilliseconds((long)one.Time),
        Kind = (TraceEventKind)one.Kind,
        Group = GroupName.TryParse(one.Group, out GroupName group) ? group : null,
        Attempt = one.Attempt == 0 ? null : new Attempt(one.Attempt),
        Consumer = ToText(one.Consumer),
        Reason = ToText(one.Reason),
        Until = ToTime(one.Until),
    };

    public static FailedAttempt ToAttempt(V1.AttemptRecord attempt) => new(
        new Attempt(attempt.Attempt), attempt.Consumer, DateTimeOffset.FromUnixTimeMilliseconds((long)attempt.Time), attempt.Reason);

    private static DateTimeOffset? ToTime(ulong milliseconds) =>
        milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    private static string? ToText(string text) => text.Length == 0 ? null : text;
}
