using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// Lets a group begin anew at an offset of each band of priority. All bands in one append: after a crash all of them are reset or
/// none is. For the loop alone.
/// </summary>
internal sealed class GroupReset
{
    private readonly List<(GroupDelivery Part, long Offset)> _parts = [];

    /// <summary>Adds a band with its new read offset.</summary>
    public void Add(GroupDelivery part, long offset)
    {
        _parts.Add((part, offset));
        var cursor = part.State.Cursor;
        long unsettledBefore = cursor.CountBefore(offset, static _ => false);
        long restarted = cursor.Unsettled - unsettledBefore;
        Counts += new ResetCounts
        {
            Skipped = unsettledBefore + Math.Max(0, offset - part.ScanOffset),
            Repeated = Math.Max(0, part.ScanOffset - offset - restarted),
            Restarted = restarted,
        };
    }

    /// <summary>What it means for the group's messages.</summary>
    public ResetCounts Counts { get; private set; }

    /// <summary>Does it. False: no room for the records, nothing happened.</summary>
    public bool TryDo(DeliveryLoop loop)
    {
        loop.Payload.Clear();
        new GroupResetRecord(loop.Now, loop.Store.Epoch.Value).Write(loop.Payload);
        var drafts = new RecordDraft[_parts.Count];
        for (int i = 0; i < drafts.Length; i++)
        {
            var draft = _parts[i].Part.Draft(RecordType.GroupReset, _parts[i].Offset);
            drafts[i] = draft with { JoinsNext = i < drafts.Length - 1 };
        }
        if (drafts.Length > 0 && !loop.TryAppend(drafts))
            return false;
        for (int i = 0; i < drafts.Length; i++)
            _parts[i].Part.BeginAnew(drafts[i]);
        return true;
    }
}
