using System.Net;
using System.Net.Sockets;

namespace Forewave.Storage.MySql.Tests.Log;

/// <summary>
/// Stands between a client and the server, counts the client's packets over all connections, and cuts the connection at one of
/// them: before it is passed on, or after, when the server has it and its answer comes back to nobody.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _serverPort;
    private readonly Cut _cut;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _accepting;
    private int _packets;

    public CuttingProxy(int serverPort, Cut cut)
    {
        _serverPort = serverPort;
        _cut = cut;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether the packet to be cut came.</summary>
    public bool HasCut { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_ending.Token);
                connections.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, _serverPort);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        Task answers = AnswersAsync(far.GetStream(), near.GetStream(), over);
        await PacketsAsync(near.GetStream(), far.GetStream(), over);
        await answers;
    }

    private static async Task AnswersAsync(NetworkStream from, NetworkStream to, CancellationTokenSource over)
    {
        try
        {
            await from.CopyToAsync(to, over.Token);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // One end has gone: that is what this proxy is for.
        }
    }

    private async Task PacketsAsync(NetworkStream from, NetworkStream to, CancellationTokenSource over)
    {
        byte[] header = new byte[4];
        try
        {
            while (await from.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false, over.Token) == 4)
            {
                byte[] packet = new byte[header[0] | (header[1] << 8) | (header[2] << 16)];
                await from.ReadExactlyAsync(packet, over.Token);
                bool isCut = Interlocked.Increment(ref _packets) == _cut.Packet;
                HasCut |= isCut;
                if (isCut)
                {
                    // Nothing that the server answers from here on comes through.
                    await over.CancelAsync();
                }

                if (!isCut || _cut.IsAfter)
                {
                    await to.WriteAsync(header);
                    await to.WriteAsync(packet);
                }

                if (isCut)
                {
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // As above.
        }
        finally
        {
            await over.CancelAsync();
        }
    }
}
