using Forewave.Protocol;
using Xunit;

namespace Forewave.Storage.Conformance;

/// <summary>A store that was recovered and started, with its engine.</summary>
public sealed class OpenedStore : IAsyncDisposable
{
    private OpenedStore(IStore store, SmallEngine engine, RecoveryReport report)
    {
        Store = store;
        Engine = engine;
        Report = report;
    }

    public IStore Store { get; }

    public SmallEngine Engine { get; }

    public RecoveryReport Report { get; }

    public static async Task<OpenedStore> OpenAsync(IStorePlace place, TimeProvider? time = null)
    {
        IStore store = place.Open(time ?? TimeProvider.System);
        var engine = new SmallEngine(store);
        try
        {
            RecoveryReport report = await store.RecoverAsync(engine, CancellationToken.None);
            store.Start(engine);
            return new OpenedStore(store, engine, report);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public LogPosition Append(params ReadOnlySpan<RecordDraft> drafts)
    {
        Assert.Equal(AppendOutcome.Appended, Store.TryAppend(drafts, out LogPosition first));
        return first;
    }

    /// <summary>Appends records, and waits until they are committed and dispatched. Returns the first position.</summary>
    public async Task<LogPosition> CommitAsync(params RecordDraft[] drafts)
    {
        LogPosition first = Append(drafts);
        LogPosition last = first.Plus((ulong)drafts.Sum(draft => draft.Count) - 1);
        Store.TryAwaitCommit(last, new CommitSignal(), 0);
        await Engine.ThroughAsync(last);
        return first;
    }

    public async Task<List<(long Offset, string Body)>> ReadAllAsync(uint queue)
    {
        var all = new List<(long, string)>();
        QueueExtent extent = Store.Extent(queue);
        for (Offset next = extent.FirstRetained; next < extent.End;)
        {
            using StoredRuns runs = await Store.ReadAsync(queue, next, 10_000, CancellationToken.None);
            Assert.NotEqual(0, runs.Count);
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(next, runs[i].First);
                all.AddRange(MessageRuns.Bodies(runs[i]));
                next = next.Plus(runs[i].Count);
            }
        }

        return all;
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
