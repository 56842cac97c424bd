using System.Text;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Ingest;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
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
    private const long BytesAtATime = 8 * 1024 * 1024;
    private const int RecordBytes = 64 + 8;

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
    /// <param name="queue">The queue.</param>
    /// <param name="after">Those after this one; <c>default</c>: from the first.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="messageBytes">So many bytes of messages come along, and the first one; 0: none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<ScheduledPage> ListAsync(uint queue, DueTime after, int most, long messageBytes, CancellationToken cancellation) =>
        await _scheduler.InTurnAsync(token => ListInTurnAsync(queue, after, most, messageBytes, token), cancellation);

    /// <summary>The scheduled message with an id; null: there is none that is not out yet.</summary>
    public Task<ScheduledMessage?> FindAsync(LogPosition id, CancellationToken cancellation) =>
        _scheduler.InTurnAsync(token => FindInTurnAsync(id, token), cancellation);

    private async ValueTask<ScheduledMessage?> FindInTurnAsync(LogPosition id, CancellationToken cancellation)
    {
        if (_parts.Pending.Find(id) is not { } place || _parts.Pending.At(place) is not { } pending)
            return null;
        using var reading = new DueReading(_parts.Store);
        var read = await reading.ReadAsync([place], cancellation);
        return new ScheduledMessage(pending.Queue, EntryOf(place, read[0], withMessage: true));
    }

    /// <summary>One append, so that a power failure cancels all or none, and none that recurs without its next time.</summary>
    private async ValueTask<long> CancelInTurnAsync(ScheduledChoice choice, CancellationToken cancellation)
    {
        var places = await ChooseAsync(choice, cancellation);
        List<RecordDraft> drafts = [.. places.GroupBy(place => place.Lane.At(place.Place).Queue, IdOf).Select(CancelledDraft)];
        ulong cancelled = (ulong)drafts.Count;
        RecurringDrafts[] nexts = [.. places.Select(place => _parts.Recurring.Of(IdOf(place))).OfType<RecurringMessage>()
            .Select(message => RecurringDrafts.After(message, _scheduler.Now, _payload))];
        drafts.AddRange(nexts.SelectMany(next => next.Drafts));
        var first = await AppendAsync(drafts, cancellation);
        foreach (var place in places)
            Gone(place, first.Plus(cancelled - 1));
        await Recurring.ChangedAsync(nexts, first.Plus(cancelled));
        return places.Count;
    }

    private RecordDraft CancelledDraft(IGrouping<uint, LogPosition> ofQueue)
    {
        _payload.Clear();
        new CancelledRecord(CancelReason.Command, IdRun.Of([.. ofQueue])).Write(_payload);
        byte[] payload = _payload.Written.ToArray();
        return new RecordDraft
        {
            Type = RecordType.Cancelled, Count = 1, Queue = ofQueue.Key, Sequence = ofQueue.First().Bits, Payload = payload, PayloadCrc = Checksum.Of(payload),
        };
    }

    /// <summary>One append too: its bytes are the bound of what is rescheduled at once.</summary>
    private async ValueTask<long> RescheduleInTurnAsync(ScheduledChoice choice, Timestamp due, CancellationToken cancellation)
    {
        var places = await ChooseAsync(choice, cancellation);
        using var reading = new DueReading(_parts.Store);
        var messages = await reading.ReadAsync(places, _parts.Store.MaxAppendBytes, cancellation);
        if (messages.Length < places.Count)
            throw TooManyBytes(places.Count);
        foreach (ref readonly var message in messages.AsSpan())
        {
            if (ExpiryCheck.ExpiresBefore(message.Bytes.Span, message.PublishTime, due))
                throw new RefusedException(ErrorCode.ExpiryTimeInvalid, $"message {message.Id} expires before it would be due; nothing was changed.");
        }
        // What rotted stays where it is: it is reported when it is due.
        int[] whole = [.. Enumerable.Range(0, messages.Length).Where(i => messages[i].IsWhole)];
        if (whole.Length == 0)
            return 0;
        var first = await AppendAsync([.. whole.Select(i => RescheduledDraft(places[i], messages[i], due))], cancellation);
        for (int i = 0; i < whole.Length; i++)
            Gone(places[whole[i]], first.Plus((ulong)i));
        await _scheduler.UntilDispatchedAsync(first.Plus((ulong)whole.Length - 1));
        return whole.Length;
    }

    private RecordDraft RescheduledDraft(PendingPlace place, in DueMessage message, Timestamp due) =>
        RescheduledRecord.Draft(message, DueStamp.Of(place.Lane.At(place.Place).Queue, RescheduledRecord.HasKeys(message), due, _scheduler.Now));

    /// <summary>Appends records that survive together, or not at all.</summary>
    private async ValueTask<LogPosition> AppendAsync(List<RecordDraft> drafts, CancellationToken cancellation)
    {
        if (drafts.Sum(draft => (long)draft.Payload.Length + RecordBytes) > _parts.Store.MaxAppendBytes)
            throw TooManyBytes(drafts.Count);
        RecordDraft[] joined = [.. drafts.Select((draft, i) => draft with { JoinsNext = i < drafts.Count - 1 })];
        return await _parts.Store.AppendAsync(joined, cancellation);
    }

    private RefusedException TooManyBytes(int messages) => new(
        ErrorCode.TooManyMessages,
        $"the {messages} scheduled messages have more than the {_parts.Store.MaxAppendBytes} bytes that are changed at once; choose fewer of them by id.");

    private async ValueTask<ScheduledPage> ListInTurnAsync(uint queue, DueTime after, int most, long messageBytes, CancellationToken cancellation)
    {
        var pending = _parts.Pending;
        long total = pending.CountOf(queue);
        List<ScheduledEntry> entries = [];
        if (total == 0)
            return new ScheduledPage(entries, More: false, total);
        var places = pending.Page(queue, after, most + 1);
        bool more = places.Count > most;
        await ReadEachAsync(places[..Math.Min(most, places.Count)], (place, message) =>
        {
            messageBytes -= entries.Count == 0 ? 0 : message.Bytes.Length;
            entries.Add(EntryOf(place, message, messageBytes > 0));
        }, cancellation);
        return new ScheduledPage(entries, more, total);
    }

    private ScheduledEntry EntryOf(PendingPlace place, in DueMessage read, bool withMessage)
    {
        var message = place.Lane.At(place.Place);
        var entry = new ScheduledEntry
        {
            Id = IdOf(place),
            Due = message.Due,
            Order = message.Position,
            PublishTime = read.PublishTime,
            Producer = read.Producer,
            Recurring = _parts.Recurring.Of(IdOf(place))?.Name ?? "",
        };
        var run = new MessageRun(read.Bytes.Span);
        if (!run.MoveNext() || !MessageReader.TryRead(run.Current, out var view, out _))
            return entry;
        List<string> keys = [];
        foreach (var key in view.Keys)
            keys.Add(Encoding.UTF8.GetString(key));
        return entry with
        {
            BodyBytes = view.Body.Length, Tag = Encoding.UTF8.GetString(view.Tag), Keys = keys, Message = withMessage ? run.Current.ToArray() : [],
        };
    }

    /// <summary>Reads messages, as many at a time as may be held.</summary>
    private async ValueTask ReadEachAsync(List<PendingPlace> places, Action<PendingPlace, DueMessage> take, CancellationToken cancellation)
    {
        for (int done = 0; done < places.Count;)
        {
            using var reading = new DueReading(_parts.Store);
            var messages = await reading.ReadAsync(places[done..Math.Min(done + ReadAtATime, places.Count)], BytesAtATime, cancellation);
            foreach (var message in messages)
                take(places[done++], message);
        }
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
        await ReadEachAsync([.. candidates.Distinct()], (place, message) =>
        {
            if (HasKey(message, choice.Key.Span))
                places.Add(place);
        }, cancellation);
        return places.Count > 0 ? places : throw new RefusedException(ErrorCode.NotScheduled, "no scheduled message of the queue has this key.");
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

    private void Gone(PendingPlace place, LogPosition record)
    {
        _parts.Pending.Remove(place);
        _parts.Expiry.Add(place.Lane, record);
    }

    private LogPosition IdOf(PendingPlace place) => _parts.Pending.Rescheduled.IdOf(place.Lane.At(place.Place).Position);
}
