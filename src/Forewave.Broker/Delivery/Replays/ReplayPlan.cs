using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Replays;

/// <summary>
/// What is to come to a group once more, in each band of priority. All bands begin in one append: after a crash all of them do or
/// none. For the loop alone.
/// </summary>
internal sealed class ReplayPlan
{
    private readonly List<(GroupDelivery Part, OffsetSpan Span)> _parts = [];

    /// <summary>The messages by what they are now.</summary>
    public ReplayCounts Counts { get; private set; }

    /// <summary>Adds a band with its range, of which only what the group has read comes by the replay.</summary>
    public void Add(GroupDelivery part, OffsetSpan range)
    {
        var cursor = part.State.Cursor;
        long first = Math.Min(range.First, range.End);
        long end = Math.Max(first, Math.Min(range.End, cursor.ReadOffset));
        var span = new OffsetSpan { First = first, End = end };
        _parts.Add((part, span));
        var dead = new SortedSet<long>();
        part.State.Dead.AddDead(span, dead);
        dead.RemoveWhere(cursor.IsUnsettled);
        long unsettled = cursor.CountBefore(end, static _ => false) - cursor.CountBefore(first, static _ => false);
        Counts += new ReplayCounts
        {
            Settled = end - first - unsettled - dead.Count, Pending = unsettled + Math.Max(0, range.End - Math.Max(end, first)), Dead = dead.Count,
        };
    }

    /// <summary>Begins it. False: no room for the records, nothing happened.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="rate">Messages a second; 0: no limit.</param>
    public bool TryBegin(DeliveryLoop loop, double rate)
    {
        long now = loop.Now;
        var drafts = _parts.ConvertAll(one => Draft(
            one.Part, one.Span.First, new() { Step = ReplayStep.Begin, Time = now, End = one.Span.End, Rate = GroupReplay.InRecord(rate) }));
        if (!TryAppend(loop, drafts))
            return false;
        _parts[0].Part.Main.ReplayPace.Begin();
        return true;
    }

    /// <summary>Calls the replay of a group off. False: no room for the records, nothing happened.</summary>
    public static bool TryCancel(GroupDelivery group)
    {
        var record = new GroupReplayRecord { Step = ReplayStep.Cancel, Time = group.Loop.Now };
        return TryAppend(group.Loop, group.Parts.Where(static part => part.State.Replay?.IsRunning == true)
            .Select(part => Draft(part, part.State.Replay!.Next, record)).ToList());
    }

    private static (GroupDelivery Part, RecordDraft Draft) Draft(GroupDelivery part, long sequence, GroupReplayRecord record)
    {
        var payload = new RecordWriter();
        record.Write(payload);
        return (part, part.Draft(RecordType.GroupReplay, sequence) with { Payload = payload.Written, PayloadCrc = Checksum.Of(payload.Written.Span) });
    }

    private static bool TryAppend(DeliveryLoop loop, List<(GroupDelivery Part, RecordDraft Draft)> records)
    {
        var drafts = records.Select((one, at) => one.Draft with { JoinsNext = at < records.Count - 1 }).ToArray();
        if (drafts.Length > 0 && !loop.TryAppend(drafts))
            return false;
        foreach (var (part, draft) in records)
        {
            part.State.Apply(draft.Type, draft.Sequence, draft.Payload.Span);
            part.Replayed.Drop();
            part.HasDemand();
        }
        return true;
    }
}
