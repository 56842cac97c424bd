using Forewave.Client.Connections;

namespace Forewave.Client.Tests.Connections;

public sealed class AsyncSignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Loop_goes_on_within_the_call_when_it_waited_for_long_enough()
    {
        AsyncSignal signal = new();
        Task<(int Thread, bool WasHere)> loop = LoopAsync(signal);

        signal.SetHere(TimeSpan.Zero);
        bool wentOn = loop.IsCompleted;

        Assert.True(wentOn);
        Assert.Equal((Environment.CurrentManagedThreadId, true), await loop);
    }

    [Fact]
    public async Task Loop_goes_on_elsewhere_when_it_did_not_wait_for_long_enough()
    {
        AsyncSignal signal = new();
        Task<(int Thread, bool WasHere)> loop = LoopAsync(signal);
        int thread = Environment.CurrentManagedThreadId;

        signal.SetHere(TimeSpan.FromHours(1));
        (int onThread, bool wasHere) = await loop.WaitAsync(Patience, TimeProvider.System);

        Assert.NotEqual(thread, onThread);
        Assert.False(wasHere);
    }

    [Fact]
    public async Task Signal_before_the_wait_is_remembered_once()
    {
        AsyncSignal signal = new();

        signal.Set();
        signal.Set();
        bool first = signal.WaitAsync().IsCompleted;
        ValueTask second = signal.WaitAsync();
        bool waits = !second.IsCompleted;
        signal.Set();
        await second.AsTask().WaitAsync(Patience, TimeProvider.System);

        Assert.True(first && waits);
    }

    private static async Task<(int Thread, bool WasHere)> LoopAsync(AsyncSignal signal)
    {
        await signal.WaitAsync().ConfigureAwait(false);
        return (Environment.CurrentManagedThreadId, signal.WasHere);
    }
}
