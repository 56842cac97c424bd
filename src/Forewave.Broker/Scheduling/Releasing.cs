using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Brings scheduled messages out when they are due: reads them from their lanes, appends copies in the order of due times.
/// Dispatch gives the copies their offsets when they are committed. For whoever has the scheduler's turn. What throws, or is
/// cancelled, leaves what was not appended pending.
/// </summary>
internal sealed class Releasing
{
    private const int MostMessages = 32_768;
    private const long BytesAtATime = 8 * 1024 * 1024;

    private readonly SchedulerParts _parts;
    private readonly List<PendingPlace> _taken = [];
    private readonly HashSet<PendingLane> _shortened = [];
    private readonly RecordWriter _payload = new();
    private int _worthTaking = MostMessages;

    public Releasing(SchedulerParts parts) => _parts = parts;

    private IStore Store => _parts.Store;

    /// <summary>Brings out some of what is due. False: nothing is due any more.</summary>
    /// <exception cref="RefusedException">DiskFull or PartitionStopped: the rest is pending.</exception>
    /// <exception cref="StoreException">The store could not read: the rest is pending.</exception>
    public async ValueTask<bool> ReleaseSomeAsync(Timestamp now, CancellationToken cancellation)
    {
        _taken.Clear();
        _parts.Pending.TakeDue(now, Math.Min(MostAtATime(), _worthTaking), _taken, _shortened);
        // That their queues were deleted is in the log already.
        foreach (var lane in _shortened)
            _parts.Expiry.Add(lane, Store.Tail);
        _shortened.Clear();
        if (_taken.Count == 0)
            return false;
        int done = 0;
        using var reading = new DueReading(Store);
        try
        {
            var messages = await reading.ReadAsync(_taken, BytesAtATime, cancellation);
            _worthTaking = Math.Min(messages.Length * 2, MostMessages);
            while (done < messages.Length)
                done += await ReleaseAsync(messages, done, now, cancellation);
        }
        finally
        {
            _parts.Pending.PutBack(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_taken)[done..]);
        }
        return true;
    }

    /// <summary>As many as are worth about 8 MiB, judging by what the lanes hold.</summary>
    private int MostAtATime()
    {
        ulong bytes = 0;
        long messages = 1;
        foreach (var lane in _parts.Pending.Lanes)
        {
            var extent = Store.Extent(lane.Number.Value);
            bytes += extent.Bytes;
            messages += extent.End.Since(extent.FirstRetained);
        }
        long most = BytesAtATime / ((long)(bytes / (ulong)messages) + 1);
        return (int)Math.Clamp(most, 1, MostMessages);
    }

    /// <summary>Appends messages from one on, as many as go into one append; returns how many are dealt with.</summary>
    private async ValueTask<int> ReleaseAsync(DueMessage[] messages, int from, Timestamp now, CancellationToken cancellation)
    {
        if (!messages[from].IsWhole)
            return await GiveUpAsync(_taken[from], now, cancellation);
        if (_parts.Recurring.Of(messages[from].Id) is { } recurring)
            return await ReleaseRecurringAsync(_taken[from], messages[from], recurring, now, cancellation);
        int end = from;
        List<RecordDraft> drafts = [];
        int room = Store.MaxAppendBytes;
        for (; end < messages.Length && messages[end].IsWhole && _parts.Recurring.Of(messages[end].Id) is null; end++)
        {
            int bytes = messages[end].Bytes.Length + 64;
            if (bytes > room && end > from)
                break;
            room -= bytes;
            ReleasedDrafts.Add(drafts, messages[Math.Max(end - 1, from)], DraftOf(messages[end], QueueOf(_taken[end])));
        }
        await AppendAsync(ReleasedDrafts.Sealed(drafts), from..end, cancellation);
        return end - from;
    }

    private RecordDraft DraftOf(in DueMessage message, uint queue) => ReleasedDrafts.Of(message, queue, _parts.LifeOf(queue));

    /// <summary>A recurring message lives from the time it comes out, so often as it does.</summary>
    private RecordDraft RecurringDraftOf(in DueMessage message, uint queue)
    {
        var draft = DraftOf(message, queue);
        long life = ReleasedDrafts.ViewOf(message).TimeToLiveMilliseconds;
        return life == 0 ? draft : draft with
        {
            Extra = (ulong)message.PublishTime.UnixMilliseconds | QueueLife.BitsOf(TimeSpan.FromMilliseconds(life)),
        };
    }

    private async ValueTask<int> ReleaseRecurringAsync(
        PendingPlace place, DueMessage message, RecurringMessage recurring, Timestamp now, CancellationToken cancellation)
    {
        var released = RecurringDraftOf(message, QueueOf(place)) with { PayloadCrc = Checksum.Of(message.Bytes.Span), JoinsNext = true };
        var next = RecurringDrafts.After(recurring, now, _payload);
        if (next.Change is not { IsDeleted: false })
            SchedulerLog.RecurringEnded(_parts.Logger, recurring.Name, recurring.Queue);
        int at = _taken.IndexOf(place);
        var first = await AppendAsync([released, .. next.Drafts], at..(at + 1), cancellation);
        _parts.Fold.Changed(recurring.Queue, next.Change, first.Plus(1));
        return 1;
    }

    /// <summary>A message that rotted is withdrawn: nobody waits for it any more. If it recurs it comes again at its next time.</summary>
    private async ValueTask<int> GiveUpAsync(PendingPlace place, Timestamp now, CancellationToken cancellation)
    {
        if (_parts.Pending.At(place) is not { } message)
            return 1;
        var id = _parts.Pending.Rescheduled.IdOf(message.Position);
        SchedulerLog.Unreadable(_parts.Logger, id, message.Queue);
        _parts.Metrics.Damaged();
        _payload.Clear();
        new CancelledRecord(CancelReason.Damaged, [new IdRun(id, 1)]).Write(_payload);
        byte[] payload = _payload.Written.ToArray();
        var recurring = _parts.Recurring.Of(id);
        RecurringDrafts? next = recurring is null ? null : RecurringDrafts.After(recurring, now, _payload);
        var draft = new RecordDraft
        {
            Type = RecordType.Cancelled, Count = 1, Queue = message.Queue, Sequence = id.Bits, Payload = payload,
            PayloadCrc = Checksum.Of(payload), JoinsNext = next is not null,
        };
        var position = await Store.AppendAsync([draft, .. next?.Drafts ?? []], cancellation);
        Gone(place, position);
        if (next is { } step)
            _parts.Fold.Changed(message.Queue, step.Change, position.Plus(1));
        return 1;
    }

    /// <summary>Appends the records of some of the messages taken; they are not pending then.</summary>
    private async ValueTask<LogPosition> AppendAsync(RecordDraft[] drafts, Range range, CancellationToken cancellation)
    {
        var places = _taken[range];
        var due = new Timestamp[places.Count];
        for (int i = 0; i < due.Length; i++)
            due[i] = places[i].Lane.At(places[i].Place).Due;
        drafts[^1] = drafts[^1] with { Owner = new ReleasedBatch(_parts.Intake, _parts.Metrics, due) };
        var first = await Store.AppendAsync(drafts, cancellation);
        var last = first.Plus((ulong)drafts.Sum(draft => draft.Count) - 1);
        foreach (var place in places)
            _parts.Pending.Remove(place);
        foreach (var lane in places.Select(place => place.Lane).Distinct())
            _parts.Expiry.Add(lane, last);
        return first;
    }

    private void Gone(PendingPlace place, LogPosition record)
    {
        _parts.Pending.Remove(place);
        _parts.Expiry.Add(place.Lane, record);
    }

    private static uint QueueOf(PendingPlace place) => place.Lane.At(place.Place).Queue;
}
