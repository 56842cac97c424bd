using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.GroupCommit;

/// <summary>The store on its own threads, with more appenders and readers than processors and as little memory as it takes.</summary>
public sealed class ManyThreadsTests
{
    private const int Appenders = 8;
    private const int RunsEach = 1_500;

    [Fact]
    public async Task Every_run_is_committed_once_in_order_and_readable_when_many_append_and_read_at_once()
    {
        await using FilesStore store = new(OpenStore.Small(new MemoryDisk()), TimeProvider.System);
        await store.RecoverAsync(new RecordingFold(), CancellationToken.None);
        RecordingObserver observer = new(store);
        store.Start(observer);
        CountingOwner[] owners = Enumerable.Range(0, Appenders).Select(_ => new CountingOwner(RunsEach)).ToArray();
        ConcurrentBag<string> wrong = [];
        using CancellationTokenSource done = new();

        Task reading = Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadTail(store, wrong, done.Token))));
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(appender => Task.Run(() => AppendAsync(store, owners[appender], (uint)appender + 1))));
        await Task.WhenAll(owners.Select(owner => owner.All));
        await done.CancelAsync();
        await reading;

        Assert.Empty(wrong);
        Assert.All(owners, owner => Assert.True(owner.IsInOrder));
        Assert.Equal(store.Tail, store.Committed);
        for (uint queue = 1; queue <= Appenders; queue++)
        {
            Assert.Equal(RunsEach + 1, store.Extent(queue).End.Value);
            await CheckQueueAsync(store, queue);
        }
    }

    private static async Task AppendAsync(FilesStore store, CountingOwner owner, uint queue)
    {
        for (int i = 1; i <= RunsEach; i++)
        {
            RecordDraft draft = Drafts.Published(queue, owner, i, BodyOf(queue, i));
            while (store.TryAppend([draft], out _) != AppendOutcome.Appended)
            {
                await store.WaitForRoomAsync(CancellationToken.None);
            }
        }
    }

    // What memory gives at the tail is the run that was asked for, while blocks are claimed anew all the time.
    private static void ReadTail(FilesStore store, ConcurrentBag<string> wrong, CancellationToken cancellation)
    {
        for (uint i = 0; !cancellation.IsCancellationRequested; i++)
        {
            uint queue = (i % Appenders) + 1;
            long offset = store.Extent(queue).End.Value - 1 - (i % 50);
            if (offset > 0 && store.TryReadRecent(queue, new Offset(offset), out StoredRun run))
            {
                if (!run.Messages.Span.SequenceEqual(Drafts.Run(BodyOf(queue, (int)offset))))
                {
                    wrong.Add($"queue {queue}, offset {offset}");
                }

                run.Release();
            }
        }
    }

    private static async Task CheckQueueAsync(FilesStore store, uint queue)
    {
        Offset next = Offset.First;
        while (next < store.Extent(queue).End)
        {
            using StoredRuns runs = await store.ReadAsync(queue, next, 20_000, CancellationToken.None);
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(Drafts.Run(BodyOf(queue, (int)next.Value)), runs[i].Messages.ToArray());
                next = next.Plus(1);
            }
        }
    }

    private static string BodyOf(uint queue, int number) => $"{queue}:{number}:{new string('x', number % 200)}";

    private sealed class CountingOwner(int expected) : ICommitOwner
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _last;

        public Task All => _all.Task;

        public bool IsInOrder { get; private set; } = true;

        public void Committed(LogPosition first, long token)
        {
            IsInOrder &= token == _last + 1;
            _last = token;
            if (token == expected)
            {
                _all.TrySetResult();
            }
        }

        public void Lost(StoreException failure, long token) => _all.TrySetException(failure);
    }
}
