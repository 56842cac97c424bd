using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// What one page of an operation does to dead letters, in all bands of priority, and what the trail says of it: one append, so that
/// after a crash all of it happened or nothing. For the loop alone.
/// </summary>
/// <param name="group">The group itself, not its part in a band.</param>
/// <param name="operation">The operation before this page.</param>
internal sealed class DeadUnit(GroupDelivery group, DeadOperation operation)
{
    /// <summary>A page of more dead letters tells its places, not its offsets.</summary>
    public const int MostOffsets = 10_000;

    private readonly List<(GroupDelivery Part, RecordDraft Draft, long Count)> _changes = [];
    private readonly Places _places = new();
    private readonly List<long> _offsets = [];
    private readonly RecordWriter _payload = new();

    /// <summary>How many dead letters it touches.</summary>
    public long Messages => _places.Count;

    /// <summary>Where the operation stands after it; where it does not go on, null.</summary>
    public long? After { get; init; }

    /// <summary>How many were looked at for it.</summary>
    public long Scanned { get; init; }

    /// <summary>The operation was told of as running.</summary>
    public bool WasRunning { get; init; }

    /// <summary>Somebody stopped it.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>Adds places of one band; each has a dead letter, or, where the operation undoes, can be taken back.</summary>
    public void Add(GroupDelivery part, Places places)
    {
        if (places.Count == 0)
            return;
        var change = ChangeOf(part, places);
        _payload.Clear();
        change.Write(_payload);
        _changes.Add((part, Draft(part, change.Type, 0), places.Count));
        var band = part.Queue.Band;
        foreach (var range in places.Ranges)
        {
            _places.Add(new PlaceRange { First = band.OnWire(range.First), End = band.OnWire(range.End - 1) + 1 });
            for (long place = range.First; place < range.End && _offsets.Count <= MostOffsets; place++)
                _offsets.Add(band.OnWire(part.State.Dead.OffsetAt(place)));
        }
    }

    /// <summary>Tells that the operation goes on from now on. False: no room for the record, nothing happened.</summary>
    public bool TryBegin()
    {
        var begun = Step(new DeadOperatedRecord { Step = DeadStep.Begun, Operation = operation });
        if (!group.Loop.TryAppend(begun))
            return false;
        group.Appended(begun);
        return true;
    }

    /// <summary>Does it. False: no room for the records, nothing happened.</summary>
    public bool TryDo()
    {
        var drafts = Drafts();
        if (!group.Loop.TryAppend(drafts))
            return false;
        for (int i = 0; i < drafts.Length; i++)
            (i < _changes.Count ? _changes[i].Part : group).Appended(drafts[i]);
        foreach (var (part, _, count) in _changes)
            Tell(part, count);
        if (After is null)
            group.Loop.Log.DeadOperationEnded(operation.Number, group.State.Identity, IsCancelled ? DeadOperationState.Cancelled : DeadOperationState.Done);
        group.Loop.Metrics.OperatedDead(operation.Terms.Action, Messages);
        group.HasDemand();
        return true;
    }

    private DeadChangeRecord ChangeOf(GroupDelivery part, Places places)
    {
        var terms = operation.Terms;
        var window = terms.ForGood ? TimeSpan.Zero : group.Loop.Setting.DeadUndoWindow;
        return terms.Action switch
        {
            DeadAction.Undo => new DeadChangeRecord { Type = RecordType.DeadTakenBack, Places = places, Operation = terms.Of },
            DeadAction.Redrive => new DeadChangeRecord
            {
                Type = RecordType.Redriven, Places = places, Operation = operation.Number, AfterOffset = part.Queue.End,
            },
            _ => new DeadChangeRecord
            {
                Type = RecordType.DeadPurged, Places = places, Operation = operation.Number,
                Until = window == TimeSpan.Zero ? 0 : group.Loop.Now + (long)window.TotalMilliseconds,
            },
        };
    }

    private RecordDraft[] Drafts()
    {
        var drafts = _changes.ConvertAll(static change => change.Draft);
        var page = new DeadPageTaken
        {
            After = After ?? operation.After, Scanned = Scanned, Places = _places, Offsets = _offsets.Count > MostOffsets ? [] : _offsets,
        };
        if (Messages > 0 || WasRunning && After is not null)
            drafts.Add(Step(new DeadOperatedRecord { Step = DeadStep.Page, Page = page }));
        if (After is null)
        {
            var ended = DeadOperations.After(operation, page) with
            {
                State = IsCancelled ? DeadOperationState.Cancelled : DeadOperationState.Done, Ended = group.Loop.Now,
            };
            drafts.Add(Step(new DeadOperatedRecord { Step = DeadStep.Ended, Operation = ended }));
        }
        for (int i = 0; i < drafts.Count - 1; i++)
            drafts[i] = drafts[i] with { JoinsNext = true };
        return [.. drafts];
    }

    private RecordDraft Step(DeadOperatedRecord record)
    {
        _payload.Clear();
        record.Write(_payload);
        return Draft(group, RecordType.DeadOperated, operation.Number);
    }

    private RecordDraft Draft(GroupDelivery part, RecordType type, ulong sequence)
    {
        byte[] payload = _payload.Written.ToArray();
        return new RecordDraft
        {
            Type = type,
            Count = 1,
            Queue = type == RecordType.DeadOperated ? DeadTrail.IndexOf(part.Queue.Id) : part.Queue.Id,
            Source = part.State.Identity.Id,
            Sequence = sequence,
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
        };
    }

    private void Tell(GroupDelivery part, long count)
    {
        var log = group.Loop.Log;
        var identity = part.State.Identity;
        switch (operation.Terms.Action)
        {
            case DeadAction.Redrive:
                log.Redriven(count, identity, operation.Number);
                break;
            case DeadAction.Undo:
                log.TakenBack(count, identity, operation.Terms.Of);
                break;
            default:
                log.DeadPurged(count, identity);
                part.FreeDead();
                break;
        }
    }
}
