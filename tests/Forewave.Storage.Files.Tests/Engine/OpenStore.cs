// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>A recovered and started store whose loops the test steps.</summary>
internal sealed class OpenStore : IDisposable
{
    private OpenStore(FilesStore store, SteppedPumps pumps, RecordingFold fold, RecordingObserver observer, RecoveryReport report)
    {
        Store = store;
        Pumps = pumps;
        Fold = fold;
        Observer = observer;
        Report = report;
    }

    public FilesStore Store { get; }

    public SteppedPumps Pumps { get; }

    public RecordingFold Fold { get; }

    public RecordingObserver Observer { get; }

    public RecoveryReport Report { get; }

    public static FilesStoreOptions Small(IDisk disk) => new()
    {
        Disk = disk,
        SegmentBytes = 64 * 1024,
        BlockBytes = 64 * 1024,
        RecentMemoryBytes = 256 * 1024,
        CheckpointIntervalBytes = 128 * 1024,
        SpareSegments = 1,
        ReservedSegments = 1,
        MinFreeBytes = 0,
        ColdReaders = 1,
    };

    public static OpenStore Open(IDisk disk, TimeProvider? time = null) => Open(Small(disk), time);

    public static OpenStore Open(FilesStoreOptions options, TimeProvider? time = null)
    {
        SteppedPumps pumps = new();
        FilesStore store = new(options, time ?? new TestTime(), pumps);
        RecordingFold fold = new(store);
        try
        {
            RecoveryReport report = store.RecoverAsync(fold, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            RecordingObserver observer = new(store);
            store.Start(observer);
            pumps.RunUntilIdle();
            return new OpenStore(store, pumps, fold, observer, report);
        }
        catch
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    /// <summary>Appends and commits; whatever else the loops have to do is done too.</summary>
    public LogPosition Commit(params RecordDraft[] drafts)
    {
        LogPosition first = Append(drafts);
        Pumps.RunUntilIdle();
        return first;
    }

    public LogPosition Append(params RecordDraft[] drafts)
    {
        AppendOutcome outcome = Store.TryAppend(drafts, out LogPosition first);
        Assert.Equal(AppendOutcome.Appended, outcome);
        return first;
    }

    public T Wait<T>(Func<ValueTask<T>> work)
    {
        Task<T>? running = null;
        Pumps.RunToEnd(() => running = work().AsTask());
        return (running ?? throw new InvalidOperationException("not begun")).GetAwaiter().GetResult();
    }

    public void Wait(Func<ValueTask> work)
    {
        Task? running = null;
        Pumps.RunToEnd(() => running = work().AsTask());
        (running ?? throw new InvalidOperationException("not begun")).GetAwaiter().GetResult();
    }

    public void Dispose() => Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
