using BenchmarkDotNet.Attributes;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;

namespace Forewave.Bench.Micro;

/// <summary>Appended → committed, on the memory disk: what the log costs without a device. Every record is seen to commit.</summary>
[MemoryDiagnoser]
public class GroupCommitStage : IStateFold, IStateSource, ICommitObserver, ICommitOwner
{
    private const int Appends = 1_000;
    private readonly SemaphoreSlim _allCommitted = new(0);
    private readonly RecordDraft[] _draft = new RecordDraft[1];
    private FilesStore? _store;
    private int _open;
    private int _checkpointDue;

    /// <summary>Messages in a record.</summary>
    [Params(1, 64)]
    public int MessagesPerRecord { get; set; }

    /// <summary>Opens a store.</summary>
    [GlobalSetup]
    public async Task OpenAsync()
    {
        _store = new FilesStore(new FilesStoreOptions { Disk = new MemoryDisk() }, TimeProvider.System);
        await _store.RecoverAsync(this, CancellationToken.None);
        _store.Start(this);
        byte[] run = PublishFrames.EncodeRun(MessagesPerRecord, bodyBytes: 100, hasKeyAndTag: false);
        _draft[0] = new RecordDraft
        {
            Type = RecordType.CursorMoved,
            Count = 1,
            Queue = 1,
            Payload = run,
            PayloadCrc = Checksum.Of(run),
            Owner = this,
        };
    }

    /// <summary>Closes the store.</summary>
    [GlobalCleanup]
    public async Task CloseAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    /// <summary>Appends records as fast as there is room, and waits for all commits; the figure is for one record.</summary>
    [Benchmark(OperationsPerInvoke = Appends)]
    public async Task AppendAndCommit()
    {
        FilesStore store = _store!;
        _open = Appends;
        for (int i = 0; i < Appends; i++)
        {
            while (store.TryAppend(_draft, out _) != AppendOutcome.Appended)
            {
                await store.WaitForRoomAsync(CancellationToken.None);
            }
        }

        await _allCommitted.WaitAsync();
        if (Interlocked.Exchange(ref _checkpointDue, 0) != 0)
        {
            await store.CheckpointAsync(this, CancellationToken.None);
            await store.ReclaimAsync(CancellationToken.None);
        }
    }

    ValueTask IStateSource.WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        writer.Write(new StatePart(StateKind.Catalogue, 0, _store!.Committed, _store.Tail), []);
        return default;
    }

    void ICommitOwner.Committed(LogPosition first, long token)
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _allCommitted.Release();
        }
    }

    void ICommitOwner.Lost(StoreException failure, long token) => throw failure;

    void ICommitObserver.GroupCommitted(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        // Records without dispatch: nothing to do.
    }

    void ICommitObserver.Stopped(StoreException failure) => throw failure;

    void ICommitObserver.CheckpointDue() => Volatile.Write(ref _checkpointDue, 1);

    void IStateFold.Load(in StatePart part, ReadOnlySpan<byte> state)
    {
        // A new store has no state.
    }

    void IStateFold.Loaded()
    {
        // A new store has no state.
    }

    void IStateFold.Apply(in CommittedRecord record, ReadOnlySpan<byte> payload)
    {
        // A new store has only its barrier.
    }

    void IStateFold.Damaged(LogPosition first, LogPosition last) => throw new InvalidOperationException("a new store is damaged");
}
