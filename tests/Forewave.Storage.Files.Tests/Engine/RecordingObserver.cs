using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Keeps what was committed; dispatches it at once when it is given a store.</summary>
internal sealed class RecordingObserver : ICommitObserver
{
    private readonly IStore? _store;

    public RecordingObserver(IStore? store = null) => _store = store;

    public List<CommittedRecord> Records { get; } = [];

    public List<LogPosition> Groups { get; } = [];

    public List<StoreException> Stops { get; } = [];

    public int CheckpointsDue { get; private set; }

    public void GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        Records.AddRange(records);
        Groups.Add(through);
        foreach (ref readonly CommittedRecord record in records)
        {
            _store?.Dispatch(record.Header.Queue, _store.Extent(record.Header.Queue).End, record);
        }
    }

    public void Stopped(StoreException failure) => Stops.Add(failure);

    public void CheckpointDue() => CheckpointsDue++;
}
