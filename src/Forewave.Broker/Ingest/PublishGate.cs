using Forewave.Broker.Load;
using Forewave.Broker.Quotas;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Refuses batches for what holds at the moment: switches, quotas, load. Asked for what is new alone, by its sequences and its deduplication ids, under
/// its producer's lock: a repeat of what was stored is answered whatever is off. Where nothing is set and memory suffices it costs two reads.
/// </summary>
internal sealed class PublishGate(SettingDirectory settings, MemoryWatch memory, QueueLengths lengths, TimeProvider time)
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether a batch is taken; else it has an error.</summary>
    public bool Admits(ref PendingBatch batch, SessionQuota quota) =>
        settings.Terms is { TakesEverything: true } && !memory.IsShort || batch.IsCounted || AdmitsBySetting(ref batch, quota);

    /// <summary>Whether batches are taken together; else one of them has an error, and no quota is charged.</summary>
    public bool AdmitsAll(Span<PendingBatch> batches, SessionQuota quota)
    {
        if (settings.Terms is { TakesEverything: true } && !memory.IsShort)
            return true;
        foreach (ref var batch in batches)
        {
            if (!IsTaken(ref batch, quota))
                return false;
        }
        foreach (ref var batch in batches)
            Take(ref batch, batch.Queue!.TermsUnder(settings.Terms), quota);
        return true;
    }

    private bool AdmitsBySetting(ref PendingBatch batch, SessionQuota quota)
    {
        if (!IsTaken(ref batch, quota))
            return false;
        Take(ref batch, batch.Queue!.TermsUnder(settings.Terms), quota);
        return true;
    }

    private bool IsTaken(ref PendingBatch batch, SessionQuota quota)
    {
        if (memory.IsShort)
            return Refuse(ref batch, ErrorCode.MemoryShort, null);
        var terms = batch.Queue!.TermsUnder(settings.Terms);
        if (terms.PublishRefusal != ErrorCode.None)
            return Refuse(ref batch, terms.PublishRefusal, null);
        if (terms.Off != MessageCapabilities.None && DetailOf(AskedBy(batch) & terms.Off) is { } off)
            return Refuse(ref batch, ErrorCode.CapabilityOff, off);
        return AdmitsByLength(ref batch, terms) && AdmitsByRate(ref batch, terms, quota.Under(terms.Live));
    }

    // What is refused is charged nowhere and makes no queue longer.
    private void Take(ref PendingBatch batch, QueueTerms terms, SessionQuota quota)
    {
        long now = time.GetTimestamp();
        (int, int) amount = (NewIn(batch), batch.Messages.Length);
        terms.Rate.Take(amount, now);
        quota.User.Take(amount, now);
        quota.Own.Take(amount, now);
        batch.IsCounted = true;
        if (terms.MaxLength > 0)
            batch.Queue!.Length.Add(NewIn(batch));
    }

    private bool AdmitsByLength(ref PendingBatch batch, QueueTerms terms)
    {
        if (terms.MaxLength == 0)
            return true;
        var length = batch.Queue!.Length;
        lengths.Want(batch.Queue);
        return length.About < terms.MaxLength || Refuse(ref batch, ErrorCode.QueueFull, null);
    }

    private static int NewIn(in PendingBatch batch) => batch.Count - batch.KnownCount - batch.RepeatCount;

    private bool AdmitsByRate(ref PendingBatch batch, QueueTerms terms, SessionQuota quota)
    {
        long now = time.GetTimestamp();
        (long wait, string whose) = Max((terms.Rate.WaitAt(now), "the queue's quota is used up"), (quota.User.WaitAt(now), "the user's quota is used up"), (quota.Own.WaitAt(now), "the connection's quota is used up"));
        if (wait > 0)
        {
            var pause = time.GetElapsedTime(0, wait);
            batch.RetryAfter = pause < LeastWait ? LeastWait : pause;
            return Refuse(ref batch, ErrorCode.QuotaExceeded, whose);
        }
        return true;
    }

    private static (long Wait, string Whose) Max(params ReadOnlySpan<(long Wait, string Whose)> all)
    {
        var most = all[0];
        foreach (var one in all)
            most = one.Wait > most.Wait ? one : most;
        return most;
    }

    private static MessageCapabilities AskedBy(in PendingBatch batch)
    {
        var asked = (batch.HasKeys || batch.Replaces > 0 ? MessageCapabilities.Ordering : MessageCapabilities.None)
            | (batch.HasIds ? MessageCapabilities.Deduplication : MessageCapabilities.None)
            | (batch.HasExpiry ? MessageCapabilities.Expiry : MessageCapabilities.None)
            | (batch.Band != default ? MessageCapabilities.Priorities : MessageCapabilities.None);
        foreach (var slice in batch.Slices ?? [])
        {
            asked |= slice.Due is not null ? MessageCapabilities.Delays : MessageCapabilities.None;
            asked |= slice.Band != default ? MessageCapabilities.Priorities : MessageCapabilities.None;
        }
        return asked;
    }

    private static string? DetailOf(MessageCapabilities off)
    {
        if ((off & MessageCapabilities.Ordering) != 0)
            return "ordering keys are switched off";
        if ((off & MessageCapabilities.Deduplication) != 0)
            return "deduplication ids are switched off";
        if ((off & MessageCapabilities.Delays) != 0)
            return "delivery at a later time is switched off";
        if ((off & MessageCapabilities.Priorities) != 0)
            return "priorities are switched off";
        return (off & MessageCapabilities.Expiry) != 0 ? "expiry is switched off" : null;
    }

    private static bool Refuse(ref PendingBatch batch, ErrorCode error, string? detail)
    {
        (batch.Error, batch.Detail) = (error, detail);
        return false;
    }
}
