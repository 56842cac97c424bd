using System.Text;
using Forewave.Broker.Ingest;
using Forewave.Broker.Queues;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about scheduled messages. Changes are answered when they are committed.</summary>
internal static class ScheduleVerbs
{
    private const int MostListed = 1_000;
    private const int ListedByDefault = 100;
    private const int MostMessageBytes = 1024 * 1024;

    /// <summary>The answer, or null where the verb is none about scheduled messages.</summary>
    public static async ValueTask<V1.AdministrationAnswer?> RunAsync(
        SessionParts parts, V1.AdministrationRequest request, CancellationToken cancellation) => request.VerbCase switch
        {
            Verb.CancelScheduled => await CancelAsync(parts, request.CancelScheduled, cancellation),
            Verb.Reschedule => await RescheduleAsync(parts, request.Reschedule, cancellation),
            Verb.ListScheduled => await ListAsync(parts, request.ListScheduled, cancellation),
            _ => null,
        };

    private static async ValueTask<V1.AdministrationAnswer> CancelAsync(
        SessionParts parts, V1.CancelScheduled request, CancellationToken cancellation) =>
        Changed(await parts.Scheduling.Administration.CancelAsync(ChoiceOf(parts, request.Choice), cancellation));

    private static async ValueTask<V1.AdministrationAnswer> RescheduleAsync(
        SessionParts parts, V1.Reschedule request, CancellationToken cancellation)
    {
        var choice = ChoiceOf(parts, request.Choice);
        var due = DueOf(parts, request);
        return Changed(await parts.Scheduling.Administration.RescheduleAsync(choice, due, cancellation));
    }

    private static async ValueTask<V1.AdministrationAnswer> ListAsync(
        SessionParts parts, V1.ListScheduled request, CancellationToken cancellation)
    {
        var queue = QueueVerbs.Existing(parts, request.Queue);
        if (request.AfterDeliverAt > long.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "after_deliver_at is beyond 2^63.");
        int max = request.Max is 0 ? ListedByDefault : (int)Math.Min(request.Max, MostListed);
        var after = new DueTime(new Timestamp((long)request.AfterDeliverAt), LogPosition.FromBits(request.AfterOrder));
        long messageBytes = request.WithMessages ? MostMessageBytes : 0;
        var page = await parts.Scheduling.Administration.ListAsync(queue.Id, after, max, messageBytes, cancellation);
        var list = new V1.ScheduledList { More = page.More, Total = (ulong)page.Total };
        list.Messages.AddRange(page.Entries.Select(entry => DetailsOf(parts, entry)));
        return new V1.AdministrationAnswer { Scheduled = list };
    }

    private static V1.ScheduledMessage DetailsOf(SessionParts parts, ScheduledEntry entry)
    {
        var message = new V1.ScheduledMessage
        {
            MessageId = new MessageId(parts.Store.Partition, entry.Id).ToString(),
            DeliverAt = (ulong)entry.Due.UnixMilliseconds,
            PublishTime = (ulong)entry.PublishTime.UnixMilliseconds,
            Order = entry.Order.Bits,
            Recurring = entry.Recurring,
            BodyBytes = (uint)entry.BodyBytes,
            Tag = entry.Tag,
            Message = UnsafeByteOperations.UnsafeWrap(entry.Message),
        };
        message.Keys.AddRange(entry.Keys);
        return message;
    }

    private static ScheduledChoice ChoiceOf(SessionParts parts, V1.ScheduledChoice? choice)
    {
        if (choice is null || choice.Positions.Count > 0 == choice.Queue.Length > 0)
            throw new RefusedException(ErrorCode.FieldInvalid, "Name messages, or a queue and a key.");
        if (choice.Positions.Count > Limits.ScheduledPerCommand)
            throw new RefusedException(ErrorCode.TooManyMessages, $"at most {Limits.ScheduledPerCommand} messages are changed at once.");
        if (choice.Positions.Count > 0)
            return new ScheduledChoice { Ids = [.. choice.Positions.Select(LogPosition.FromBits)] };
        return new ScheduledChoice { Queue = QueueVerbs.Existing(parts, choice.Queue).Id, Key = Encoding.UTF8.GetBytes(choice.Key) };
    }

    private static Timestamp DueOf(SessionParts parts, V1.Reschedule request)
    {
        var now = Timestamp.From(parts.Time.GetUtcNow());
        if (request.DeliverAt > 0 && request.Delay > 0)
            throw new RefusedException(ErrorCode.FieldInvalid, "Give deliver_at or delay, not both.");
        if (request.DeliverAt > long.MaxValue || request.Delay > Limits.MaxDelay.TotalMilliseconds)
            throw new RefusedException(ErrorCode.DeliveryTimeInvalid);
        var wanted = request.DeliverAt > 0 ? new Timestamp((long)request.DeliverAt) : new Timestamp(now.UnixMilliseconds + (long)request.Delay);
        return ScheduledSlices.TryTime(wanted, now, out var due, out string? problem)
            ? due!.Value
            : throw new RefusedException(ErrorCode.DeliveryTimeInvalid, problem + ".");
    }

    private static V1.AdministrationAnswer Changed(long messages) => new() { Changed = new V1.Changed { Messages = (ulong)messages } };
}
