using System.Buffers.Binary;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Looking at scheduled messages, cancelling them and giving them other times. Any thread; each command takes the scheduler's
/// turn. Changes are answered when they are committed; a command that is refused changes nothing.
/// </summary>
internal sealed class ScheduleAdministration
{
    private const int ReadAtATime = 64;

    private readonly Scheduler _scheduler;
    private readonly SchedulerParts _parts;
    private readonly RecordWriter _payload = new();

    public ScheduleAdministration(Scheduler scheduler, SchedulerParts parts)
    {
        _scheduler = scheduler;
        _parts = parts;
        Recurring = new RecurringAdministration(scheduler, parts);
    }

    /// <summary>Recurring messages.</summary>
    public RecurringAdministration Recurring { get; }

    /// <summary>How many a queue has.</summary>
    public Task<long> CountAsync(uint queue, CancellationToken cancellation) =>
        _scheduler.InTurnAsync(_ => ValueTask.FromResult(_parts.Pending.CountOf(queue)), cancellation);

    /// <summary>Withdraws messages; returns how many.</summary>
    /// <exception cref="RefusedException">NotScheduled, MessageNotFound, TooManyMessages, and what the store refuses.</exception>
    public async Task<long> CancelAsync(ScheduledChoice choice, CancellationToken cancellation)
    {
        long cancelled = await _scheduler.InTurnAsync(token => CancelInTurnAsync(choice, token), cancellation);
        await _parts.Store.CommittedAsync();
        _parts.Intake.Ring();
        _parts.Metrics.Cancelled(cancelled);
        return cancelled;
    }

    /// <summary>Gives messages another time; returns how many.</summary>
    /// <exception cref="RefusedException">NotScheduled, MessageNotFound, TooManyMessages, and what the store refuses.</exception>
    public async Task<long> RescheduleAsync(ScheduledChoice choice, Timestamp due, CancellationToken cancellation)
    {
        long rescheduled = await _scheduler.InTurnAsync(token => RescheduleInTurnAsync(choice, due, token), cancellation);
        _parts.Intake.Ring();
        _parts.Metrics.Rescheduled(rescheduled);
        return rescheduled;
    }

    /// <summary>A page of a queue's scheduled messages.</summary>
    public async Task<ScheduledPage> ListAsync(uint queue, DueTime after, int most, CancellationToken cancellation) =>
        await _scheduler.InTurnAsync(token => ListInTurnAsync(queue, after, most, token), cancellation);

    private async ValueTask<long> CancelInTurnAsync(ScheduledChoice choice, CancellationToken cancellation)
    {
        var places = await ChooseAsync(choice, cancellation);
        foreach (var ofQueue in places.GroupBy(place => place.Lane.At(place.Place).Queue))
        {
            PendingPlace[] cancelled = [.. ofQueue];
            var ids = cancelled.Select(IdOf).ToArray();
            _payload.Clear();
            new CancelledRecord(CancelReason.Command, IdRun.Of(ids)).Write(_payload);
            byte[] payload = _payload.Written.ToArray();
            var draft = new RecordDraft
            {
                Type = RecordType.Cancelled, Count = 1, Queue = ofQueue.Key, Sequence = ids[0].Bits, Payload = payload, PayloadCrc = Checksum.Of(payload),
            };
            var record = await _parts.Store.AppendAsync(draft, cancellation);
            Gone(cancelled, record);
            await Recurring.SkipAsync(ids, cancellation);
        }
        return places.Count;
    }

    private async ValueTask<long> RescheduleInTurnAsync(ScheduledChoice choice, Timestamp due, CancellationToken cancellation)
    {
        var places = await ChooseAsync(choice, cancellation);
        var last = LogPosition.None;
        foreach (var some in places.Chunk(ReadAtATime))
        {
            using var reading = new DueReading(_parts.Store);
            var messages = await reading.ReadAsync(some, cancellation);
            for (int i = 0; i < some.Length; i++)
                last = messages[i].IsWhole ? await RescheduleAsync(some[i], messages[i], due, cancellation) : last;
        }
        if (last != LogPosition.None)
            await _scheduler.UntilDispatchedAsync(last);
        return places.Count;
    }

    private async ValueTask<LogPosition> RescheduleAsync(PendingPlace place, DueMessage message, Timestamp due, CancellationToken cancellation)
    {
        byte[] payload = new byte[LaneRun.RescheduledHeadBytes + message.Bytes.Length];
        BinaryPrimitives.WriteInt64LittleEndian(payload, message.PublishTime.UnixMilliseconds);
        message.Bytes.CopyTo(payload.AsMemory(LaneRun.RescheduledHeadBytes));
        var stamp = DueStamp.Of(place.Lane.At(place.Place).Queue, HasKeys(message), due, _scheduler.Now);
        var draft = new RecordDraft
        {
            Type = RecordType.Rescheduled,
            Count = 1,
            Queue = stamp.Lane.Value,
            Source = message.Producer,
            Sequence = message.Id.Bits,
            Extra = stamp.Extra,
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
        };
        var record = await _parts.Store.AppendAsync(draft, cancellation);
        Gone([place], record);
        return record;
    }

    private async ValueTask<ScheduledPage> ListInTurnAsync(uint queue, DueTime after, int most, CancellationToken cancellation)
    {
        var pending = _parts.Pending;
        long total = pending.CountOf(queue);
        List<ScheduledEntry> entries = [];
        if (total == 0)
            return new ScheduledPage(entries, More: false, total);
        var places = pending.Page(queue, after, most + 1);
        foreach (var some in places.Take(most).Chunk(ReadAtATime))
        {
            using var reading = new DueReading(_parts.Store);
            var messages = await reading.ReadAsync(some, cancellation);
            for (int i = 0; i < some.Length; i++)
                entries.Add(EntryOf(some[i], messages[i]));
        }
        return new ScheduledPage(entries, places.Count > most, total);
    }

    private ScheduledEntry EntryOf(PendingPlace place, in DueMessage read)
    {
        var message = place.Lane.At(place.Place);
        var run = new MessageRun(read.Bytes.Span);
        return new ScheduledEntry
        {
            Id = IdOf(place),
            Due = message.Due,
            Order = message.Position,
            PublishTime = read.PublishTime,
            Recurring = _parts.Recurring.Of(IdOf(place))?.Name ?? "",
            Message = run.MoveNext() ? run.Current.ToArray() : [],
        };
    }

    private async ValueTask<List<PendingPlace>> ChooseAsync(ScheduledChoice choice, CancellationToken cancellation)
    {
        if (choice.Ids.Count == 0)
            return await ChooseByKeyAsync(choice, cancellation);
        List<PendingPlace> places = [];
        foreach (var id in choice.Ids.Distinct())
            places.Add(_parts.Pending.Find(id) ?? throw await RefusalOfAsync(id, cancellation));
        return places;
    }

    private async ValueTask<List<PendingPlace>> ChooseByKeyAsync(ScheduledChoice choice, CancellationToken cancellation)
    {
        await _scheduler.ReadKeysAsync(cancellation);
        var candidates = _parts.Pending.FindKey(choice.Queue, KeyHash.Of(choice.Queue, choice.Key.Span));
        if (candidates.Count > Limits.ScheduledPerCommand)
            throw new RefusedException(ErrorCode.TooManyMessages, $"{candidates.Count} scheduled messages may have this key, at most {Limits.ScheduledPerCommand} are changed at once.");
        List<PendingPlace> places = [];
        foreach (var some in candidates.Distinct().Chunk(ReadAtATime))
        {
            using var reading = new DueReading(_parts.Store);
            var messages = await reading.ReadAsync(some, cancellation);
            for (int i = 0; i < some.Length; i++)
            {
                if (HasKey(messages[i], choice.Key.Span))
                    places.Add(some[i]);
            }
        }
        return places.Count > 0 ? places : throw new RefusedException(ErrorCode.NotScheduled, "no scheduled message of the queue has this key.");
    }

    private static bool HasKeys(in DueMessage message)
    {
        var run = new MessageRun(message.Bytes.Span);
        return run.MoveNext() && MessageReader.ReadKeys(run.Current).MoveNext();
    }

    private static bool HasKey(in DueMessage message, ReadOnlySpan<byte> key)
    {
        var run = new MessageRun(message.Bytes.Span);
        if (!run.MoveNext())
            return false;
        foreach (var has in MessageReader.ReadKeys(run.Current))
        {
            if (has.SequenceEqual(key))
                return true;
        }
        return false;
    }

    /// <summary>Why a message cannot be chosen: it is not there, or it is not scheduled.</summary>
    private async ValueTask<RefusedException> RefusalOfAsync(LogPosition id, CancellationToken cancellation)
    {
        using var found = await _parts.Store.ReadMessageAsync(id, cancellation);
        return new RefusedException(found is null ? ErrorCode.MessageNotFound : ErrorCode.NotScheduled);
    }

    private void Gone(ReadOnlySpan<PendingPlace> places, LogPosition record)
    {
        foreach (var place in places)
        {
            _parts.Pending.Remove(place);
            _parts.Expiry.Add(place.Lane, record);
        }
    }

    private LogPosition IdOf(PendingPlace place) => _parts.Pending.Rescheduled.IdOf(place.Lane.At(place.Place).Position);
}
