using Forewave.Broker.Load;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Refuses batches for what holds at the moment: switches, load. Asked for what is new alone, under its producer's lock: a repeat of what
/// was stored is answered whatever is off. Where nothing is set and memory suffices it costs two reads.
/// </summary>
internal sealed class PublishGate(SettingDirectory settings, MemoryWatch memory)
{
    /// <summary>Whether a batch is taken; else it has an error.</summary>
    public bool Admits(ref PendingBatch batch) =>
        settings.Terms is { TakesEverything: true } && !memory.IsShort || AdmitsBySetting(ref batch);

    private bool AdmitsBySetting(ref PendingBatch batch)
    {
        if (memory.IsShort)
            return Refuse(ref batch, ErrorCode.MemoryShort, null);
        var terms = batch.Queue!.TermsUnder(settings.Terms);
        if (terms.PublishRefusal != ErrorCode.None)
            return Refuse(ref batch, terms.PublishRefusal, null);
        if (terms.Off != MessageCapabilities.None && DetailOf(AskedBy(batch) & terms.Off) is { } off)
            return Refuse(ref batch, ErrorCode.CapabilityOff, off);
        return true;
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
