using System.Net.Sockets;

namespace Forewave.Bench.Peers.Connections;

/// <summary>The receiving half of a publisher's connection, running until it is disposed.</summary>
/// <remarks>The first error of the loop goes to <c>failed</c> and ends it; disposing closes the link and awaits the loop's end.</remarks>
internal sealed class ReceiveLoop : IAsyncDisposable
{
    private readonly SocketLink _link;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <param name="link">Closed at the end.</param>
    /// <param name="consume">Takes what is whole of the unread bytes and answers how many bytes that was.</param>
    /// <param name="failed">Told once, unless the loop ends by being disposed.</param>
    public ReceiveLoop(SocketLink link, Consume consume, Action<Exception> failed)
    {
        _link = link;
        _loop = Task.Run(() => RunAsync(consume, failed));
    }

    public delegate int Consume(ReadOnlySpan<byte> unread);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _link.Dispose();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync(Consume consume, Action<Exception> failed)
    {
        try
        {
            while (true)
            {
                _link.Consume(consume(_link.Unread));
                await _link.ReceiveAsync(_stop.Token);
            }
        }
        catch (Exception error) when (_stop.IsCancellationRequested && error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
        catch (Exception error)
        {
            failed(error); // Whoever waits for a receipt hears of it.
        }
    }
}
