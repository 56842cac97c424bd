using Forewave.Protocol.Threads;

namespace Forewave.Protocol.Tests.Threads;

public sealed class ReadyThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Work_is_done_on_ready_threads_up_to_their_number()
    {
        var threads = new ReadyThreads(most: 2);
        using var both = new Barrier(2);
        var first = new Noted(() => both.SignalAndWait(Patience));
        var second = new Noted(() => both.SignalAndWait(Patience));

        threads.Queue(first);
        threads.Queue(second);

        Assert.Equal(["forewave-ready", "forewave-ready"], [await first.ThreadAsync(), await second.ThreadAsync()]);
    }

    [Fact]
    public async Task Work_goes_to_the_pool_when_all_ready_threads_are_blocked()
    {
        var threads = new ReadyThreads(most: 1);
        using var gate = new ManualResetEventSlim();
        var blocked = new Noted(() => gate.Wait(Patience));
        var other = new Noted(static () => { });

        threads.Queue(blocked);
        threads.Queue(other);
        string name = await other.ThreadAsync();
        gate.Set();

        Assert.NotEqual("forewave-ready", name);
        Assert.Equal("forewave-ready", await blocked.ThreadAsync());
    }

    [Fact]
    public async Task Work_that_was_given_is_done_once()
    {
        var threads = new ReadyThreads(most: 3);
        int done = 0;

        for (int i = 0; i < 2_000; i++)
        {
            Noted[] few = [.. Enumerable.Range(0, 4).Select(_ => new Noted(() => Interlocked.Increment(ref done)))];
            foreach (var one in few)
                threads.Queue(one);
            foreach (var one in few)
                await one.ThreadAsync();
        }

        Assert.Equal(8_000, done);
    }

    [Fact]
    public void Wake_that_came_before_the_wait_ends_it()
    {
        var place = new ParkingPlace();

        place.Wake();
        place.Wake();
        place.Park();
        place.Park();
    }

    private sealed class Noted(Action work) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<string> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> ThreadAsync() => _done.Task.WaitAsync(Patience, TimeProvider.System);

        void IThreadPoolWorkItem.Execute()
        {
            work();
            _done.TrySetResult(Thread.CurrentThread.Name ?? "");
        }
    }
}
