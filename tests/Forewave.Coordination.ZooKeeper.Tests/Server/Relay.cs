using System.Net;
using System.Net.Sockets;

namespace Forewave.Coordination.ZooKeeper.Tests.Server;

/// <summary>
/// Stands between a client and the server. It can stand still (nothing passes, as if the client were stopped), let what the server
/// says vanish, and cut all connections; new ones are taken at any time.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private CancellationTokenSource _connections = new();
    private TaskCompletionSource _passes = new();

    public Relay(int serverPort)
    {
        _serverPort = serverPort;
        _passes.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>What the server says does not come through.</summary>
    public bool LosesReplies { get; set; }

    /// <summary>What the client says does not come through.</summary>
    public bool LosesRequests { get; set; }

    /// <summary>Nothing passes from now on.</summary>
    public void Stop()
    {
        lock (_gate)
            _passes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Continue()
    {
        lock (_gate)
            _passes.TrySetResult();
    }

    /// <summary>Cuts all connections that there are.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _connections.Cancel();
            _connections = new CancellationTokenSource();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private Task Passes
    {
        get
        {
            lock (_gate)
                return _passes.Task;
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client;
        using var far = new TcpClient();
        CancellationToken cut;
        lock (_gate)
            cut = _connections.Token;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, cut);
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _serverPort, over.Token);
            await Task.WhenAny(
                PassAsync(near, far, () => LosesRequests, over.Token),
                PassAsync(far, near, () => LosesReplies, over.Token));
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // The server is not there: the client's connection ends as it would without a relay.
        }

        await over.CancelAsync();
    }

    private async Task PassAsync(TcpClient from, TcpClient to, Func<bool> isLost, CancellationToken over)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, over) is > 0 and int count)
            {
                await Passes.WaitAsync(over);
                if (!isLost())
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, count), over);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One end has gone: the other one follows.
        }
    }
}
