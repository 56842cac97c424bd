using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Keeps everything that a recovery gives; dispatches publishes as the engine does, offsets by rank.</summary>
internal sealed class RecordingFold : IStateFold
{
    private readonly IStore? _store;

    public RecordingFold(IStore? store = null) => _store = store;

    public List<AppliedRecord> Applied { get; } = [];

    public List<(StatePart Part, byte[] State)> Parts { get; } = [];

    public List<(LogPosition First, LogPosition Last)> Lost { get; } = [];

    public bool IsLoaded { get; private set; }

    public void Load(in StatePart part, ReadOnlySpan<byte> state) => Parts.Add((part, state.ToArray()));

    public void Loaded() => IsLoaded = true;

    public void Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        LogPosition position = record.Header.Position;
        Applied.Add(new AppliedRecord(record, payload.ToArray()));
        bool isKnown = Parts.Any(loaded => loaded.Part.Dispatched >= position);
        if (_store is not null && record.Header.Type is RecordType.Published or RecordType.Scheduled or RecordType.Released && !isKnown)
        {
            _store.Dispatch(record.Header.Queue, _store.Extent(record.Header.Queue).End, record);
        }
    }

    public void Damaged(LogPosition first, LogPosition last) => Lost.Add((first, last));
}
