using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Scheduled and recurring messages: looking at them, cancelling them, giving them other times. Thread-safe. A call costs one
/// round trip (a list: one for each 1,000 entries); what changes something completes when that is on stable storage, and a call
/// that is refused has changed nothing. Errors are those that <see cref="BrokerAdministration"/> tells of. Of several partitions the
/// messages of each are changed together or not at all; one that refuses leaves what the others did, and the text says which.
/// </summary>
public sealed class ScheduleAdministration
{
    private const uint PageEntries = 1_000;
    private readonly AdministrationCalls _calls;
    private readonly KeyOwners _owners;

    internal ScheduleAdministration(AdministrationCalls calls) => (_calls, _owners) = (calls, new KeyOwners(calls));

    /// <summary>Withdraws messages that are not due yet: all of them or, if one is not scheduled, none.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ForewaveException">
    /// <c>NotScheduled</c>: one came out already, was cancelled or never had a delay; <c>MessageNotFound</c>: there is none of this id.
    /// </exception>
    public ValueTask<long> CancelAsync(IEnumerable<MessageId> messages, CancellationToken cancellation = default) =>
        ChangeAsync(messages, choice => new() { CancelScheduled = new() { Choice = choice } }, cancellation);

    /// <summary>Withdraws all messages of a queue that have a key and are not due yet; returns how many.</summary>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>: there is none.</exception>
    public ValueTask<long> CancelAsync(QueueName queue, string key, CancellationToken cancellation = default) =>
        ChangeAsync(new() { CancelScheduled = new() { Choice = Choice(queue, key) } }, cancellation);

    /// <summary>Gives messages that are not due yet another time; they keep their ids.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="deliverAt">When; at most 10 years ahead.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many.</returns>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>, <c>MessageNotFound</c>, <c>DeliveryTimeInvalid</c>.</exception>
    public ValueTask<long> RescheduleAsync(IEnumerable<MessageId> messages, DateTimeOffset deliverAt, CancellationToken cancellation = default) =>
        ChangeAsync(messages, choice => Request(choice, deliverAt), cancellation);

    /// <summary>Gives all messages of a queue that have a key and are not due yet another time; returns how many.</summary>
    /// <exception cref="ForewaveException"><c>NotScheduled</c>, <c>DeliveryTimeInvalid</c>.</exception>
    public ValueTask<long> RescheduleAsync(QueueName queue, string key, DateTimeOffset deliverAt, CancellationToken cancellation = default) =>
        ChangeAsync(Request(Choice(queue, key), deliverAt), cancellation);

    /// <summary>The same with a time that is so far from the request's arrival at the broker.</summary>
    /// <param name="messages">At most 10,000 ids, as receipts have them.</param>
    /// <param name="delay">At most 10 years; not negative.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<long> RescheduleAsync(IEnumerable<MessageId> messages, TimeSpan delay, CancellationToken cancellation = default) =>
        ChangeAsync(messages, choice => Request(choice, delay), cancellation);

    /// <summary>The same with a time that is so far from the request's arrival at the broker.</summary>
    public ValueTask<long> RescheduleAsync(QueueName queue, string key, TimeSpan delay, CancellationToken cancellation = default) =>
        ChangeAsync(Request(Choice(queue, key), delay), cancellation);

    /// <summary>The messages of a queue that are not due yet, by due time; of several partitions, those that are due at the same time by partition.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="withBodies">With their bodies; a page costs as much as they are large.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public async IAsyncEnumerable<ScheduledMessage> ListAsync(
        QueueName queue, bool withBodies = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        await foreach (ScheduledMessage message in PartitionStreams.MergeAsync(
            targets, target => ListAsync(target, queue, withBodies, cancellation), static (one, other) => one.DeliverAt.CompareTo(other.DeliverAt), cancellation).ConfigureAwait(false))
        {
            yield return message;
        }
    }

    /// <summary>
    /// Makes a recurring message, or replaces the one of its name. Of several partitions the one that owns the slot of its name has it; one of
    /// this name elsewhere is deleted then.
    /// </summary>
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
        PartitionTarget owner = await _owners.FindAsync(queue, name, cancellation).ConfigureAwait(false);
        V1.AdministrationAnswer answer = await _calls.AskAsync(new() { SetRecurring = set }, owner, cancellation).ConfigureAwait(false);
        IReadOnlyList<PartitionTarget> targets = await _calls.TargetsAsync(cancellation).ConfigureAwait(false);
        await DeleteAsync([.. targets.Where(target => target.Partition != owner.Partition)], queue, name, cancellation).ConfigureAwait(false);
        return ToRecurring(answer.Recurring.Messages[0]);
    }

    /// <summary>The recurring messages of a queue, or of all queues; of several partitions by queue and name.</summary>
    /// <param name="queue">Null: of all queues.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<RecurringMessage>> ListRecurringAsync(QueueName? queue = null, CancellationToken cancellation = default)
    {
        V1.ListRecurring list = new() { Queue = queue is { } name ? name.Value : "" };
        V1.AdministrationAnswer answer = await AskAsync(new() { ListRecurring = list }, cancellation).ConfigureAwait(false);
        IEnumerable<RecurringMessage> messages = answer.Recurring.Messages.Select(ToRecurring);
        bool areMerged = (await _calls.TargetsAsync(cancellation).ConfigureAwait(false)).Count > 1;
        return areMerged
            ? [.. messages.OrderBy(message => message.Queue.Value, StringComparer.Ordinal).ThenBy(message => message.Name, StringComparer.Ordinal)]
            : [.. messages];
    }

    /// <summary>Deletes a recurring message; what it had scheduled does not come any more.</summary>
    /// <exception cref="ForewaveException"><c>RecurringNotFound</c>.</exception>
    public async ValueTask DeleteRecurringAsync(QueueName queue, string name, CancellationToken cancellation = default) =>
        await AskAsync(new() { DeleteRecurring = new() { Queue = queue.Value, Name = name } }, cancellation).ConfigureAwait(false);

    private static V1.ScheduledChoice Choice(IEnumerable<MessageId> messages)
    {
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

    private static V1.AdministrationRequest Request(V1.ScheduledChoice choice, DateTimeOffset deliverAt) =>
        new() { Reschedule = new() { Choice = choice, DeliverAt = (ulong)Math.Max(1, deliverAt.ToUnixTimeMilliseconds()) } };

    private static V1.AdministrationRequest Request(V1.ScheduledChoice choice, TimeSpan delay) => delay < TimeSpan.Zero
        ? throw new ForewaveException(ErrorCode.DeliveryTimeInvalid, $"A delay of {delay} is negative.")
        : new() { Reschedule = new() { Choice = choice, Delay = (ulong)delay.TotalMilliseconds } };

    // By key: of all partitions.
    private async ValueTask<long> ChangeAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        (long)(await AskAsync(request, cancellation).ConfigureAwait(false)).Changed.Messages;

    // By ids: each is of the partition that it names.
    private async ValueTask<long> ChangeAsync(
        IEnumerable<MessageId> messages, Func<V1.ScheduledChoice, V1.AdministrationRequest> requestOf, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(messages);
        List<MessageId> all = [.. messages];
        if (all.Count == 0)
        {
            return 0;
        }

        Dictionary<PartitionTarget, V1.ScheduledChoice> each = [];
        foreach (IGrouping<PartitionNumber, MessageId> some in all.GroupBy(message => message.Partition))
        {
            PartitionTarget target = await _calls.TargetAsync(some.Key, cancellation).ConfigureAwait(false);
            each.Add(target, Choice(some));
        }

        IReadOnlyList<PartitionAnswer> told =
            await _calls.ChangeAsync([.. each.Keys], target => requestOf(each[target]), cancellation).ConfigureAwait(false);
        return told.Sum(one => (long)one.Answer!.Changed.Messages);
    }

    private async IAsyncEnumerable<ScheduledMessage> ListAsync(
        PartitionTarget target, QueueName queue, bool withBodies, [EnumeratorCancellation] CancellationToken cancellation)
    {
        V1.ListScheduled page = new() { Queue = queue.Value, Max = withBodies ? 100 : PageEntries, WithMessages = withBodies };
        V1.ScheduledList list;
        do
        {
            list = (await _calls.AskAsync(new() { ListScheduled = page }, target, cancellation).ConfigureAwait(false)).Scheduled;
            foreach (V1.ScheduledMessage message in list.Messages)
            {
                yield return ToScheduled(message);
                page.AfterDeliverAt = message.DeliverAt;
                page.AfterOrder = message.Order;
            }
        }
        while (list.More);
    }

    private async ValueTask DeleteAsync(IReadOnlyList<PartitionTarget> targets, QueueName queue, string name, CancellationToken cancellation)
    {
        V1.AdministrationRequest delete = new() { DeleteRecurring = new() { Queue = queue.Value, Name = name } };
        foreach (PartitionTarget target in targets)
        {
            try
            {
                await _calls.AskAsync(delete, target, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException none) when (none.Code is ErrorCode.RecurringNotFound or ErrorCode.QueueNotFound)
            {
                // As nearly always.
            }
            catch (ForewaveException silent) when (PartitionAnswer.IsSilence(silent))
            {
                throw AdministrationCalls.Unanswered(
                    [target.Partition!.Value], $"the recurring message is set at its own partition; one of its name that this partition may have is not deleted. {silent.Detail?.TrimEnd('.')}");
            }
        }
    }

    private ValueTask<V1.AdministrationAnswer> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation) =>
        _calls.AskAsync(request, cancellation);
}
