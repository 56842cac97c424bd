using Forewave.Protocol;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>
/// Passes what was recovered to the engine's fold; what is the store's own stays here. One thread, recovery's.
/// </summary>
internal sealed class RecoveryTarget
{
    private readonly IStateFold _fold;
    private readonly IndexedLog _log;
    private readonly RenumberedRuns _renumbered = new();

    public RecoveryTarget(IStateFold fold, IndexedLog log)
    {
        _fold = fold;
        _log = log;
    }

    /// <summary>Summaries of the tail's segments.</summary>
    public RecoveredSummaries Summaries { get; } = new();

    public void Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        if (part.Kind == StateKind.StoreSegment)
        {
            Summaries.Load(part.Id, state);
        }
        else
        {
            _fold.Load(part, state);
        }
    }

    public void Loaded() => _fold.Loaded();

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        if (record.Header.Type == RecordType.Barrier)
        {
            // An opening before this one ended the log here: what it lost is no hole any more.
            _log.NoteHole();
        }

        if (record.Header.Type == RecordType.CarriedOver)
        {
            Relocate(record, RecordCodec.ReadFields(payload).Header);
        }
        else
        {
            _fold.Apply(record, payload);
        }
    }

    /// <summary>The engine gave a run its offsets.</summary>
    public void Dispatched(uint queue, in CommittedRecord record, Offset first) => _renumbered.Note(queue, record.Header.Position, first);

    public void Damaged(DamagedRange range)
    {
        _renumbered.Lose(range.First);
        _log.NoteHole();
        _fold.Damaged(range.First, range.Last);
    }

    private void Relocate(in CommittedRecord record, in RecordHeader original)
    {
        CarriedRun carried = CarriedRun.Of(record, CarriedPlace.Of(original));
        if (_renumbered.Place(carried.Queue, original.Position, carried.Run.First) is { } first)
        {
            _log.Relocate([carried with { Run = carried.Run with { First = first } }], Summaries);
        }
    }
}
