using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class DatabaseThreadTests(MariaDbServer server)
{
    [Fact]
    public async Task Work_runs_in_order_on_one_thread_that_is_not_the_pools()
    {
        using var thread = new DatabaseThread("worker", server.NewDatabase(), maxWaiting: 100);
        var order = new List<int>();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => thread.RunAsync(_ =>
        {
            order.Add(i);
            Assert.False(Thread.CurrentThread.IsThreadPoolThread);
            return Environment.CurrentManagedThreadId;
        }, Repetition.Forbidden, default)).ToArray());

        Assert.Equal(Enumerable.Range(0, 50), order);
    }

    [Fact]
    public async Task Failing_work_tells_its_asker_alone()
    {
        using var thread = new DatabaseThread("worker", server.NewDatabase(), maxWaiting: 4);

        Task<int> failing = thread.RunAsync<int>(_ => throw new InvalidOperationException("this one"), Repetition.Allowed, default);
        Task<int> next = thread.RunAsync(_ => 7, Repetition.Allowed, default);

        Assert.Equal("this one", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        Assert.Equal(7, await next);
    }

    [Fact]
    public async Task Transaction_of_failed_work_is_over_before_the_next_work()
    {
        using var thread = new DatabaseThread("worker", server.NewDatabase(), maxWaiting: 4);
        await thread.RunAsync(connection => connection.Execute("CREATE TABLE t (a INT)"), Repetition.Forbidden, default);

        Task<long> failing = thread.RunAsync(connection =>
        {
            connection.Begin();
            connection.Execute("INSERT INTO t VALUES (1)");
            return connection.Execute("INSERT INTO t VALUES ('no number')");
        }, Repetition.Forbidden, default);
        Task<long> next = thread.RunAsync(connection => connection.Execute("INSERT INTO t VALUES (2)"), Repetition.Forbidden, default);

        await Assert.ThrowsAsync<DatabaseException>(() => failing);
        Assert.Equal(1, await next);
        // Were the transaction still under way, it would have taken the row along, and this would wait for it.
        Assert.Equal(1, await thread.RunAsync(connection => connection.Execute("DELETE FROM t"), Repetition.Forbidden, default));
    }

    [Fact]
    public async Task Waiting_work_is_refused_when_the_thread_ends()
    {
        using var go = new ManualResetEventSlim();
        var thread = new DatabaseThread("worker", server.NewDatabase(), maxWaiting: 4);
        Task<int> inHand = thread.RunAsync(_ =>
        {
            go.Wait();
            thread.Dispose();
            return 1;
        }, Repetition.Forbidden, default);
        Task<int> waiting = thread.RunAsync(_ => 2, Repetition.Forbidden, default);

        go.Set();
        var refused = await Assert.ThrowsAsync<StoreException>(() => waiting);

        Assert.Equal(ErrorCode.ShuttingDown, refused.Error);
        Assert.Equal(1, await inHand);
        await Assert.ThrowsAsync<StoreException>(() => thread.RunAsync(_ => 3, Repetition.Forbidden, default));
    }

    [Fact]
    public async Task Cancelled_work_is_not_begun()
    {
        using var thread = new DatabaseThread("worker", server.NewDatabase(), maxWaiting: 4);
        using var cancellation = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        bool ran = false;
        Task<int> first = thread.RunAsync(_ =>
        {
            go.Wait();
            return 1;
        }, Repetition.Forbidden, default);
        Task<bool> second = thread.RunAsync(_ => ran = true, Repetition.Forbidden, cancellation.Token);

        await cancellation.CancelAsync();
        go.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(1, await first);
        Assert.False(ran);
    }
}
