using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Search.Keys;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>
/// One queue as its loop has it, or one band of priority of a queue: where it ends, where it begins, its groups. Dispatch gives each committed message the next
/// offset: a pure function of the log. For the loop alone; before its start, for recovery.
/// </summary>
internal sealed class QueueDelivery
{
    private const byte PartVersion = 3;

    private readonly DeliveryLoop _loop;

    // Made with the first of them: a queue that has none costs dispatch no look at an empty list, one of thousands that are not in
    // the processor's cache.
    private Dictionary<GroupName, GroupDelivery>? _byName;
    private List<GroupDelivery>? _groups;
    private List<QueueDelivery>? _bands;
    private readonly LogPosition _loadedDispatched;
    private readonly LogPosition _loadedTail;

    /// <summary>Makes an empty queue.</summary>
    public QueueDelivery(DeliveryLoop loop, uint id)
    {
        _loop = loop;
        Id = id;
    }

    private QueueDelivery(DeliveryLoop loop, in StatePart part)
        : this(loop, part.Id)
    {
        _loadedDispatched = part.Dispatched;
        _loadedTail = part.Tail;
    }

    /// <summary>Its number.</summary>
    public uint Id { get; }

    /// <summary>The band that this is; default: the queue itself.</summary>
    public PriorityBand Band => PriorityBand.OfIndex(Id);

    /// <summary>The queue that this is a band of; null: it is the queue itself.</summary>
    public QueueDelivery? Whole { get; private set; }

    /// <summary>The other bands that the queue has messages in, the highest priority first.</summary>
    public IReadOnlyList<QueueDelivery> Bands => _bands ?? (IReadOnlyList<QueueDelivery>)[];

    /// <summary>The offset that the next message gets.</summary>
    public long End { get; private set; } = 1;

    /// <summary>The place that the next record of its trace gets.</summary>
    public long TraceEnd { get; private set; } = 1;

    /// <summary>The place that the next record of its trail gets: what was done to its dead letters.</summary>
    public long TrailEnd { get; private set; } = 1;

    /// <summary>Everything before this offset is gone.</summary>
    public long Lowest { get; private set; } = 1;

    /// <summary>Unix time in milliseconds of the newest message; 0 where there was none.</summary>
    public long LastPublishTime { get; private set; }

    /// <summary>How many groups it has.</summary>
    public int GroupCount => _groups?.Count ?? 0;

    /// <summary>Its groups, oldest first.</summary>
    public IReadOnlyList<GroupDelivery> Groups => _groups ?? (IReadOnlyList<GroupDelivery>)[];

    /// <summary>The group with a name, or null.</summary>
    public GroupDelivery? Find(GroupName name) => _byName?.GetValueOrDefault(name);

    /// <summary>Whether a group is the one that its name stands for; in replay it may be a former one.</summary>
    public bool HasName(GroupDelivery group) => Find(group.State.Identity.Name) == group;

    /// <summary>Gives the messages of a committed publish their offsets and wakes the groups.</summary>
    public void Dispatch(in CommittedRecord record)
    {
        if (!TryPlace(record, out var place))
            return;
        _loop.Store.Dispatch(Id, place.First, record);
        NoteKeys(_loop, record.Header, place);
    }

    /// <summary>
    /// Gives the messages of a committed publish their offsets and wakes the groups; the store has to be told of the place, then
    /// <see cref="NoteKeys"/> called, before anything else happens here. False: they had them before.
    /// </summary>
    public bool TryPlace(in CommittedRecord record, out IndexPlace place)
    {
        place = new IndexPlace(Id, new Offset(End));
        if (record.Header.Position <= _loadedDispatched)
            return false;
        End += record.Header.Count;
        LastPublishTime = Math.Max(LastPublishTime, record.Header.Time.UnixMilliseconds);
        if ((Whole ?? this)._groups is not { } groups)
            return true;
        foreach (var group in groups)
            group.HasDemand();
        return true;
    }

    /// <summary>Gives a committed record of its trace its place.</summary>
    public void DispatchTraced(in CommittedRecord record)
    {
        if (record.Header.Position > _loadedDispatched)
            _loop.Store.Dispatch(TraceIndex.Of(Id), new Offset(TraceEnd++), record);
    }

    /// <summary>Messages of a committed publish have their place in the store: their keys are noted.</summary>
    public static void NoteKeys(DeliveryLoop loop, in RecordHeader header, IndexPlace place)
    {
        var first = new KeyPlace(place.Index, place.First.Value);
        if (loop.IsStarted)
            loop.Setting.Keys?.Dispatched(loop.Store, first, header);
        else
            loop.Setting.Keys?.Replayed(first, header);
    }

    /// <summary>Gives a committed record of its trail its place.</summary>
    public void DispatchTrail(in CommittedRecord record)
    {
        if (record.Header.Position > _loadedDispatched)
            _loop.Store.Dispatch(DeadTrail.IndexOf(Id), new Offset(TrailEnd++), record);
    }

    /// <summary>The queue has messages in another band.</summary>
    public void AddBand(QueueDelivery band)
    {
        band.Whole = this;
        var bands = _bands ??= [];
        bands.RemoveAll(other => other.Id == band.Id);
        bands.Add(band);
        bands.Sort(static (one, other) => other.Band.Priority.CompareTo(one.Band.Priority));
    }

    /// <summary>The queue itself or one of its bands; null: it has no messages in this band.</summary>
    public QueueDelivery? InBand(PriorityBand band) => band == default ? this : _bands?.Find(one => one.Band == band);

    /// <summary>The offset that a start point means now.</summary>
    /// <param name="start">What was asked for.</param>
    /// <param name="found">What the search for a time gave.</param>
    public long StartOffset(StartPoint start, StartSearch? found) => start.Kind switch
    {
        StartKind.Latest => End,
        StartKind.Time => Math.Clamp(found?.In(Id)?.Value ?? Lowest, Lowest, End),
        StartKind.Offset when PriorityBand.OfOffset(start.Value) == Band => Math.Clamp(PriorityBand.InBand(start.Value), Lowest, End),
        _ => Lowest,
    };

    /// <summary>
    /// Makes a group, its parts in the other bands first. Null: no room for a record; it may be called again.
    /// </summary>
    public GroupDelivery? Make(GroupName name, GroupOptions options, StartPoint start, StartSearch? found)
    {
        foreach (var band in Bands)
        {
            if (band.Find(name) is null && band.Make(name, options, start, found) is null)
                return null;
        }
        long startOffset = StartOffset(start, found);
        var identity = new GroupIdentity
        {
            Id = _loop.Setting.NextId(), QueueId = Id, DeadIndex = _loop.Setting.NextId(), Name = name,
        };
        var group = new GroupDelivery(_loop, this, new GroupState(identity, options, startOffset));
        if (!group.TryAppendChange(isDeleted: false, options))
            return null;
        Add(group);
        group.Begin();
        if (Whole is null)
            _loop.Log.GroupMade(identity, startOffset);
        return group;
    }

    /// <summary>
    /// Adds a group that was made or loaded. Replay may meet the making of a group whose successor of the same name the checkpoint has
    /// already: the name stays the successor's, and the record of its deletion takes the former one out.
    /// </summary>
    public void Add(GroupDelivery group)
    {
        var identity = group.State.Identity;
        if (Find(identity.Name) is not { } holder || holder.State.Identity.Id < identity.Id)
            (_byName ??= [])[identity.Name] = group;
        (_groups ??= []).Add(group);
        _loop.Queues.Add(group);
    }

    /// <summary>Takes a group out.</summary>
    public void Remove(GroupDelivery group)
    {
        if (HasName(group))
            _byName!.Remove(group.State.Identity.Name);
        _groups?.Remove(group);
        _loop.Queues.Remove(group);
    }

    /// <summary>Everything before an offset is gone.</summary>
    public void LoseBefore(long lowest) => Lowest = Math.Max(Lowest, Math.Min(lowest, End));

    /// <summary>From now on it lives: what the store freed is gone, its groups set their deadlines.</summary>
    public void Begin()
    {
        LoseBefore(_loop.Store.Extent(Id).FirstRetained.Value);
        foreach (var group in Groups)
            group.Begin();
    }

    /// <summary>Removes every message that is there now. False: no room for the record, nothing happened.</summary>
    public bool TryPurge()
    {
        var draft = new RecordDraft
        {
            Type = RecordType.Purged, Count = 1, Queue = Id, Sequence = (ulong)End, PayloadCrc = Checksum.Of([]),
        };
        if (!_loop.TryAppend(draft))
            return false;
        foreach (var group in Groups)
            group.Purged(End);
        LoseBefore(End);
        return true;
    }

    /// <summary>Retention passed an offset: cursors that are behind it move. False: no room; it may be called again.</summary>
    public bool TryExpire(long firstRetained)
    {
        firstRetained = Math.Min(firstRetained, End);
        foreach (var group in Groups)
        {
            if (!group.TryExpire(firstRetained))
                return false;
        }
        LoseBefore(firstRetained);
        return true;
    }

    /// <summary>Does what a Purged record says, unless it is in the checkpoint already.</summary>
    public void Purged(in RecordHeader header)
    {
        // Messages before it may be lost, and their offsets given again: what comes with them was never purged.
        long lowest = Math.Min((long)header.Sequence, End);
        foreach (var group in Groups)
        {
            if (header.Position > group.State.Tail)
                group.State.Purged(lowest);
        }
        if (header.Position > _loadedTail)
            LoseBefore(lowest);
    }

    /// <summary>Writes its part of a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(PartVersion);
        writer.Int64(End);
        writer.Int64(Lowest);
        writer.Int64(LastPublishTime);
        writer.Int64(TraceEnd);
        writer.Int64(TrailEnd);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static QueueDelivery Read(DeliveryLoop loop, in StatePart part, ReadOnlySpan<byte> state)
    {
        var reader = new RecordReader(state);
        byte version = reader.Version(PartVersion);
        return new QueueDelivery(loop, part)
        {
            End = reader.Int64(), Lowest = reader.Int64(), LastPublishTime = reader.Int64(), TraceEnd = version > 1 ? reader.Int64() : 1,
            TrailEnd = version > 2 ? reader.Int64() : 1,
        };
    }
}
