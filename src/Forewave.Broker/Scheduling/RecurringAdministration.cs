using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Making, replacing, listing and deleting recurring messages. Any thread; each command takes the scheduler's turn. Changes are
/// answered when they are committed.
/// </summary>
internal sealed class RecurringAdministration(Scheduler scheduler, SchedulerParts parts)
{
    private readonly RecordWriter _payload = new();

    /// <summary>All of a queue, or of all queues where it is 0; by queue and name.</summary>
    public Task<IReadOnlyList<RecurringMessage>> ListAsync(uint queue, CancellationToken cancellation) => scheduler.InTurnAsync(
        _ => ValueTask.FromResult<IReadOnlyList<RecurringMessage>>(
            [.. parts.Recurring.All.Where(message => queue == 0 || message.Queue == queue)]),
        cancellation);

    /// <summary>Makes one, or replaces the one of its name; returns it as it is then.</summary>
    /// <param name="message">What it is to be; its next time is found here.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="RefusedException">CronInvalid, TimeZoneUnknown, TooManyRecurring, and what the store refuses.</exception>
    public async Task<RecurringMessage> SetAsync(RecurringMessage message, CancellationToken cancellation)
    {
        if (!CronExpression.TryParse(message.Cron, out _))
            throw new RefusedException(ErrorCode.CronInvalid);
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(message.TimeZone, out _))
            throw new RefusedException(ErrorCode.TimeZoneUnknown);
        var set = await scheduler.InTurnAsync(token => SetInTurnAsync(message, token), cancellation);
        await parts.Store.CommittedAsync();
        parts.Intake.Ring();
        return set;
    }

    /// <summary>Deletes one, with what it has scheduled.</summary>
    /// <exception cref="RefusedException">RecurringNotFound, and what the store refuses.</exception>
    public async Task DeleteAsync(uint queue, string name, CancellationToken cancellation)
    {
        await scheduler.InTurnAsync(token => DeleteInTurnAsync(queue, name, token), cancellation);
        await parts.Store.CommittedAsync();
        parts.Intake.Ring();
    }

    /// <summary>In a turn: the next steps of recurring messages were appended, one after the other; completes when they are in the state.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="first">Position of the first record of the first one.</param>
    public async ValueTask ChangedAsync(IReadOnlyList<RecurringDrafts> steps, LogPosition first)
    {
        var last = LogPosition.None;
        foreach (var step in steps)
        {
            parts.Fold.Changed(step.Change.Message.Queue, step.Change, first);
            last = step.Change.IsDeleted ? last : first.Plus(1);
            first = first.Plus((ulong)step.Drafts.Length);
        }
        if (last != LogPosition.None)
            await scheduler.UntilDispatchedAsync(last);
    }

    private async ValueTask<RecurringMessage> SetInTurnAsync(RecurringMessage message, CancellationToken cancellation)
    {
        var former = parts.Recurring.Find(message.Queue, message.Name);
        if (former is null && parts.Recurring.Count >= Limits.RecurringMessages)
            throw new RefusedException(ErrorCode.TooManyRecurring);
        if (message.After(scheduler.Now) is not { } next)
            throw new RefusedException(ErrorCode.CronInvalid, "the expression names no time within the next 10 years.");
        var drafts = RecurringDrafts.At(message with { NextDue = next }, scheduler.Now, _payload);
        await ChangeAsync(Withdrawal(former), drafts, cancellation);
        return parts.Recurring.Find(message.Queue, message.Name)!;
    }

    private async ValueTask<bool> DeleteInTurnAsync(uint queue, string name, CancellationToken cancellation)
    {
        var message = parts.Recurring.Find(queue, name) ?? throw new RefusedException(ErrorCode.RecurringNotFound);
        await ChangeAsync(Withdrawal(message), RecurringDrafts.Deleted(message, _payload), cancellation);
        return true;
    }

    private async ValueTask ChangeAsync(RecordDraft[] before, RecurringDrafts drafts, CancellationToken cancellation)
    {
        var former = parts.Recurring.Find(drafts.Change.Message.Queue, drafts.Change.Message.Name);
        var first = await parts.Store.AppendAsync([.. before, .. drafts.Drafts], cancellation);
        if (former is not null && parts.Pending.Find(former.NextId) is { } place && before.Length > 0)
        {
            parts.Pending.Remove(place);
            parts.Expiry.Add(place.Lane, first);
        }
        await ChangedAsync([drafts], first.Plus((ulong)before.Length));
    }

    /// <summary>The record that withdraws what a recurring message has scheduled; none where nothing is pending.</summary>
    private RecordDraft[] Withdrawal(RecurringMessage? message)
    {
        if (message is null || parts.Pending.Find(message.NextId) is null)
            return [];
        _payload.Clear();
        new CancelledRecord(CancelReason.Command, [new IdRun(message.NextId, 1)]).Write(_payload);
        byte[] payload = _payload.Written.ToArray();
        return
        [
            new RecordDraft
            {
                Type = RecordType.Cancelled, Count = 1, Queue = message.Queue, Sequence = message.NextId.Bits, JoinsNext = true,
                Payload = payload, PayloadCrc = Checksum.Of(payload),
            },
        ];
    }
}
