using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Messages;

/// <summary>Takes the events of one message out of the records of its queue's trace, in their order. Not thread-safe.</summary>
internal sealed class TracedEvents(IndexedMessage message, IReadOnlyDictionary<uint, GroupName> names)
{
    // Of each group: who has the message, and which attempt that is.
    private readonly Dictionary<uint, (ConsumerId Id, string Name, uint Attempt)> _holders = [];

    /// <summary>Those taken out so far.</summary>
    public List<TraceEvent> Events { get; } = [];

    /// <summary>Looks at a record.</summary>
    public void Add(in StoredRun run)
    {
        var (type, band) = Tracing.Read(run.Header);
        if (band != PriorityBand.OfIndex(message.Index).Number)
            return;
        switch (type)
        {
            case RecordType.Leased:
                Leased(run);
                break;
            case RecordType.Settled:
                Settled(run);
                break;
            case RecordType.Extended:
                Extended(run);
                break;
            case RecordType.Expired:
                Expired(run);
                break;
            case RecordType.DeadLettered when (long)run.Header.Extra == message.Offset:
                Died(run);
                break;
            case RecordType.Parked when (long)run.Header.Extra == message.Offset:
                var parked = ParkedRecord.Read(run.Messages.Span);
                Add(run, new TraceEvent { Time = new Timestamp(parked.Time), Kind = TraceEventKind.Parked, Reason = parked.Reason });
                break;
            case RecordType.Resumed when (long)run.Header.Extra == message.Offset:
                Add(run, new TraceEvent { Time = run.Header.Time, Kind = TraceEventKind.Resumed });
                break;
            default:
                break;
        }
    }

    private void Leased(in StoredRun run)
    {
        var record = LeasedRecord.Read(run.Messages.Span, out var runs);
        if (!TryFind(runs, record.Runs, record.Kind == LeaseKind.Redriven, out var found))
            return;
        _holders[run.Header.Source] = (record.Consumer, record.ConsumerName, found.Attempt);
        Add(run, new TraceEvent
        {
            Time = new Timestamp(record.Time), Kind = TraceEventKind.Delivered, Until = new Timestamp(record.Time + record.VisibilityMilliseconds),
        });
    }

    private void Settled(in StoredRun run)
    {
        var record = SettledRecord.Read(run.Messages.Span, out var runs);
        bool isTouched = record.How == SettledHow.AckUpTo
            ? RecordRun.Read(ref runs, withPlace: false).First >= message.Offset && IsHeldBy(run.Header.Source, record.Consumer)
            : TryFind(runs, record.Runs, record.How == SettledHow.TakenRedriven, out _);
        if (!isTouched)
            return;
        var time = new Timestamp(record.Time);
        switch (record.How)
        {
            case SettledHow.Nack:
                Add(run, new TraceEvent { Time = time, Kind = TraceEventKind.Failed, Reason = record.Reason, Until = new Timestamp(record.DueTime) });
                break;
            case SettledHow.Release:
                Add(run, new TraceEvent { Time = time, Kind = TraceEventKind.GivenBack });
                break;
            case SettledHow.Taken or SettledHow.TakenRedriven:
                Add(run, new TraceEvent { Time = time, Kind = TraceEventKind.Delivered });
                Add(run, new TraceEvent { Time = time, Kind = TraceEventKind.Acked });
                break;
            default:
                Add(run, new TraceEvent { Time = time, Kind = TraceEventKind.Acked });
                break;
        }
        _holders.Remove(run.Header.Source);
    }

    private void Extended(in StoredRun run)
    {
        var record = ExtendedRecord.Read(run.Messages.Span, out var runs);
        if (TryFind(runs, record.Runs, withPlace: false, out _))
        {
            var until = new Timestamp(record.Time + record.VisibilityMilliseconds);
            Add(run, new TraceEvent { Time = new Timestamp(record.Time), Kind = TraceEventKind.Extended, Until = until });
        }
    }

    private void Expired(in StoredRun run)
    {
        for (int i = ExpiredRecord.Read(run.Messages.Span, out var runs); i > 0; i--)
        {
            var span = ExpiredRecord.ReadRun(ref runs);
            if (message.Offset >= span.First && message.Offset < span.End)
                Add(run, new TraceEvent { Time = run.Header.Time, Kind = TraceEventKind.Expired });
        }
    }

    private void Died(in StoredRun run)
    {
        var reader = new RecordReader(run.Messages.Span);
        var death = new TraceEvent { Time = new Timestamp(reader.Int64()), Kind = TraceEventKind.Dead, Attempt = reader.UInt32(), Reason = reader.Text() };
        Add(run, death);
        _holders.Remove(run.Header.Source);
    }

    private bool IsHeldBy(uint group, ConsumerId consumer) => _holders.TryGetValue(group, out var holder) && holder.Id == consumer;

    private bool TryFind(RecordReader runs, int count, bool withPlace, out RecordRun found)
    {
        for (int i = 0; i < count; i++)
        {
            found = RecordRun.Read(ref runs, withPlace);
            if (message.Offset >= found.First && message.Offset < found.End)
                return true;
        }
        found = default;
        return false;
    }

    private void Add(in StoredRun run, TraceEvent happened)
    {
        var (_, consumer, attempt) = _holders.GetValueOrDefault(run.Header.Source, (default, "", 0));
        Events.Add(happened with
        {
            Group = names.TryGetValue(run.Header.Source, out var name) ? name.Value : "",
            Attempt = happened.Attempt == 0 ? attempt : happened.Attempt,
            Consumer = consumer,
        });
    }
}
