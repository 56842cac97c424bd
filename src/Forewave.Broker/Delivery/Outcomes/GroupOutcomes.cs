using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>
/// Who waits for what becomes of messages in one group, or in its part in a band of priority. Woken by the records that change
/// that; a record costs a look for each of its offsets, or for each wait where those are fewer. For the loop alone.
/// </summary>
internal sealed class GroupOutcomes(DeliveryLoop loop)
{
    private readonly Dictionary<long, List<OutcomeWait>> _byOffset = [];

    /// <summary>Nobody waits.</summary>
    public bool IsEmpty => _byOffset.Count == 0;

    /// <summary>All that wait.</summary>
    public IEnumerable<OutcomeWait> All => _byOffset.Values.SelectMany(static waits => waits);

    /// <summary>Adds one.</summary>
    public void Add(OutcomeWait wait)
    {
        if (!_byOffset.TryGetValue(wait.Message.Offset, out var waits))
            _byOffset.Add(wait.Message.Offset, waits = new List<OutcomeWait>(1));
        waits.Add(wait);
    }

    /// <summary>Takes one out.</summary>
    public void Remove(OutcomeWait wait)
    {
        if (_byOffset.TryGetValue(wait.Message.Offset, out var waits) && waits.Remove(wait) && waits.Count == 0)
            _byOffset.Remove(wait.Message.Offset);
    }

    /// <summary>A record was applied to the group.</summary>
    public void Applied(GroupDelivery group, RecordType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case RecordType.Leased:
                var leased = LeasedRecord.Read(payload, out var leases);
                Runs(group, leases, leased.Runs, leased.Kind == LeaseKind.Redriven);
                break;
            case RecordType.Settled:
                var settled = SettledRecord.Read(payload, out var runs);
                if (settled.How == SettledHow.AckUpTo)
                    Changed(group, new OffsetSpan { First = 0, End = RecordRun.Read(ref runs, withPlace: false).End });
                else if (settled.How is not (SettledHow.Nack or SettledHow.Release))
                    Runs(group, runs, settled.Runs, settled.How == SettledHow.TakenRedriven);
                break;
            case RecordType.CursorMoved:
                Changed(group, new OffsetSpan { First = 0, End = long.MaxValue }, CursorMovedRecord.Read(payload).Missed > 0 ? MessageState.Expired : null);
                break;
            case RecordType.Expired:
                for (int i = ExpiredRecord.Read(payload, out var expired); i > 0; i--)
                    Changed(group, ExpiredRecord.ReadRun(ref expired), MessageState.Expired);
                break;
            default:
                // A dead letter is one when it has its place; all else is not what anybody waits for.
                break;
        }
    }

    /// <summary>Something changed for the messages of a span.</summary>
    /// <param name="group">The group.</param>
    /// <param name="span">Their offsets.</param>
    /// <param name="instead">What those are that are settled now; null: settled.</param>
    public void Changed(GroupDelivery group, OffsetSpan span, MessageState? instead = null)
    {
        if (span.End - span.First > _byOffset.Count)
        {
            foreach (long offset in _byOffset.Keys.Where(offset => offset >= span.First && offset < span.End).ToArray())
                End(group, offset, instead);
            return;
        }
        for (long offset = span.First; offset < span.End && !IsEmpty; offset++)
        {
            if (_byOffset.ContainsKey(offset))
                End(group, offset, instead);
        }
    }

    private void Runs(GroupDelivery group, RecordReader runs, int count, bool withPlace)
    {
        for (int i = 0; i < count; i++)
        {
            var run = RecordRun.Read(ref runs, withPlace);
            Changed(group, OffsetSpan.Of(run.First, run.Count));
        }
    }

    private void End(GroupDelivery group, long offset, MessageState? instead)
    {
        foreach (var wait in _byOffset[offset].Where(wait => wait.TryEnd(loop, group.Main, instead)).ToArray())
            loop.Outcomes.Remove(wait);
    }
}
