using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Scheduled and recurring messages: looking at them, cancelling them, giving them other times. Thread-safe. A call costs one
/// round trip (a list: one for each 1,000 entries); what changes something completes when that is on stable storage, and a call
/// that is refused has changed nothing. Errors are those that <see cref="BrokerAdministration"/> tells of.
/// </summary>
public sealed class ScheduleAdministration
{
    private const uint PageEntries = 1_000;
    private readonly AdministrationCalls _calls;

    internal ScheduleAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>Withdraws messages that are not due yet: all of them or, if one is not scheduled, none.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ForewaveException">
    /// <c>NotScheduled</c>: one came out already, was cancelled or never had a delay; <c>MessageNotFound</c>: there is none of this id.
    /// </exception>
    public ValueTask<long> CancelAsync(IEnumerable<MessageId> messages, CancellationToken cancellation = default) =>
        CancelAsync(Choice(messages), cancellation);

    /// <summary>Withdraws all messages of a queue that have a key and are not due yet; returns how many.</summary>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>: there is none.</exception>
    public ValueTask<long> CancelAsync(QueueName queue, string key, CancellationToken cancellation = default) =>
        CancelAsync(Choice(queue, key), cancellation);

    /// <summary>Gives messages that are not due yet another time; they keep their ids.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="deliverAt">When; at most 10 years ahead.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>, <c>MessageNotFound</c>, <c>DeliveryTimeInvalid</c>.</exception>
    public ValueTask<long> RescheduleAsync(IEnumerable<MessageId> messages, DateTimeOffset deliverAt, CancellationToken cancellation = default) =>
        RescheduleAsync(Choice(messages), deliverAt, cancellation);

    /// <summary>Gives all messages of a queue that have a key and are not due yet another time; returns how many.</summary>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>, <c>DeliveryTimeInvalid</c>.</exception>
    public ValueTask<long> RescheduleAsync(QueueName queue, string key, DateTimeOffset deliverAt, CancellationToken cancellation = default) =>
        RescheduleAsync(Choice(queue, key), deliverAt, cancellation);

    /// <summary>The same with a time that is so far from the request's arrival at the broker.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="delay">At most 10 years; not negative.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<long> RescheduleAsync(IEnumerable<MessageId> messages, TimeSpan delay, CancellationToken cancellation = default) =>
        RescheduleAsync(Choice(messages), delay, cancellation);

    /// <summary>The same with a time that is so far from the request's arrival at the broker.</summary>
    public ValueTask<long> RescheduleAsync(QueueName queue, string key, TimeSpan delay, CancellationToken cancellation = default) =>
        RescheduleAsync(Choice(queue, key), delay, cancellation);

    /// <summary>The messages of a queue that are not due yet, by due time.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="withBodies">With their bodies; a page costs as much as they are large.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public async IAsyncEnumerable<ScheduledMessage> ListAsync(
        QueueName queue, bool withBodies = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        V1.ListScheduled page = new() { Queue = queue.Value, Max = withBodies ? 100 : PageEntries, WithMessages = withBodies };
        V1.ScheduledList list;
        do
        {
            list = (await AskAsync(new() { ListScheduled = page }, cancellation).ConfigureAwait(false)).Scheduled;
            foreach (V1.ScheduledMessage message in list.Messages)
            {
                yield return ToScheduled(message);
                page.AfterDeliverAt = message.DeliverAt;
                page.AfterOrder = message.Order;
            }
        }
        while (list.More);
    }

    /// <summary>Makes a recurring message, or replaces the one of its name.</summary>
    /// <param name="queue">Its queue, which exists.</param>
    /// <param name="name">Its name in the queue: 1 to 64 bytes without control characters and commas.</param>
    /// <param name="times">When it comes.</param>
    /// <param name="message">What comes: at most 64 KiB, without a time of its own.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>CronInvalid</c>, <c>TimeZoneUnknown</c>, <c>TooManyRecurring</c>, <c>MessageTooLarge</c>.</exception>
    public async ValueTask<RecurringMessage> SetRecurringAsync(
        QueueName queue, string name, RecurringTimes times, Message message, CancellationToken cancellation = default)
    {
        V1.SetRecurring set = new()
        {
            Queue = queue.Value, Name = name, Cron = times.Cron, TimeZone = times.TimeZone?.Value ?? "", Message = Encode(message),
        };
        V1.AdministrationAnswer answer = await AskAsync(new() { SetRecurring = set }, cancellation).ConfigureAwait(false);
        return ToRecurring(answer.Recurring.Messages[0]);
    }

    /// <summary>The recurring messages of a queue, or of all queues.</summary>
    /// <param name="queue">Null: of all queues.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<RecurringMessage>> ListRecurringAsync(QueueName? queue = null, CancellationToken cancellation = default)
    {
        V1.ListRecurring list = new() { Queue = queue is { } name ? name.Value : "" };
        V1.AdministrationAnswer answer = await AskAsync(new() { ListRecurring = list }, cancellation).ConfigureAwait(false);
        return [.. answer.Recurring.Messages.Select(ToRecurring)];
    }

    /// <summary>Deletes a recurring message; what it had scheduled does not come any more.</summary>
    /// <exception cref="ForewaveException"><c>RecurringNotFound</c>.</exception>
    public async ValueTask DeleteRecurringAsync(QueueName queue, string name, CancellationToken cancellation = default) =>
        await AskAsync(new() { DeleteRecurring = new() { Queue = queue.Value, Name = name } }, cancellation).ConfigureAwait(false);

    private static V1.ScheduledChoice Choice(IEnumerable<MessageId> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        V1.ScheduledChoice choice = new();
        choice.Positions.AddRange(messages.Select(message => message.Position.Bits));
        return choice;
    }

    private static V1.ScheduledChoice Choice(QueueName queue, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new V1.ScheduledChoice { Queue = queue.Value, Key = key };
    }

    private static ByteString Encode(in Message message)
    {
        MessageFields fields = message.Fields;
        if (!MessageWriter.TryMeasure(fields, out int bytes, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        byte[] encoded = new byte[MessageWriter.SizeInRun(bytes)];
        MessageWriter.Write(encoded, fields, bytes);
        return ByteString.CopyFrom(encoded.AsSpan(encoded.Length - bytes));
    }

    private static ScheduledMessage ToScheduled(V1.ScheduledMessage message) => new()
    {
        Id = MessageId.TryParse(message.MessageId, out MessageId id) ? id : default,
        DeliverAt = DateTimeOffset.FromUnixTimeMilliseconds((long)message.DeliverAt),
        PublishTime = DateTimeOffset.FromUnixTimeMilliseconds((long)message.PublishTime),
        Keys = [.. message.Keys],
        Tag = message.Tag.Length == 0 ? null : message.Tag,
        BodyBytes = (int)message.BodyBytes,
        Recurring = message.Recurring.Length == 0 ? null : message.Recurring,
        Body = message.Message.IsEmpty ? null : V1.Message.Parser.ParseFrom(message.Message).Body.Memory,
    };

    private static RecurringMessage ToRecurring(V1.RecurringMessage message) => new()
    {
        Queue = new QueueName(message.Queue),
        Name = message.Name,
        Cron = message.Cron,
        TimeZone = message.TimeZone,
        Body = V1.Message.Parser.ParseFrom(message.Message).Body.Memory,
        NextDeliverAt = DateTimeOffset.FromUnixTimeMilliseconds((long)message.NextDeliverAt),
        NextId = MessageId.TryParse(message.NextMessageId, out MessageId id) ? id : default,
    };

    private async ValueTask<long> CancelAsync(V1.ScheduledChoice choice, CancellationToken cancellation) => choice is { Positions.Count: 0, Queue: "" }
        ? 0
        : (long)(await AskAsync(new() { CancelScheduled = new() { Choice = choice } }, cancellation).ConfigureAwait(false)).Changed.Messages;

    private ValueTask<long> RescheduleAsync(V1.ScheduledChoice choice, DateTimeOffset deliverAt, CancellationToken cancellation) =>
        RescheduleAsync(new V1.Reschedule { Choice = choice, DeliverAt = (ulong)Math.Max(1, deliverAt.ToUnixTimeMilliseconds()) }, cancellation);

    private ValueTask<long> RescheduleAsync(V1.ScheduledChoice choice, TimeSpan delay, CancellationToken cancellation) => delay < TimeSpan.Zero
        ? throw new ForewaveException(ErrorCode.DeliveryTimeInvalid, $"A delay of {delay} is negative.")
        : RescheduleAsync(new V1.Reschedule { Choice = choice, Delay = (ulong)delay.TotalMilliseconds }, cancellation);

    private async ValueTask<long> RescheduleAsync(V1.Reschedule reschedule, CancellationToken cancellation) =>
        reschedule.Choice is { Positions.Count: 0, Queue: "" }
            ? 0
            : (long)(await AskAsync(new() { Reschedule = reschedule }, cancellation).ConfigureAwait(false)).Changed.Messages;

    private ValueTask<V1.AdministrationAnswer> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        _calls.AskAsync(request, cancellation);
}
