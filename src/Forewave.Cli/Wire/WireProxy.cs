using System.Net;
using System.Net.Sockets;

namespace Forewave.Cli.Wire;

/// <summary>
/// Takes connections, passes their bytes on to a broker and back as they are, and prints the frames in them. Every connection has two
/// loops; a connection beyond <see cref="MaxConnections"/> is closed at once. For one use.
/// </summary>
internal sealed class WireProxy
{
    /// <summary>Connections at once.</summary>
    public const int MaxConnections = 100;

    private const int PieceBytes = 64 * 1024;

    private readonly TcpListener _listener;
    private readonly (string Host, int Port) _to;
    private readonly FramePrinter _printer;
    private int _open;

    /// <param name="listen">Where clients come; port 0: a free one.</param>
    /// <param name="to">The broker.</param>
    /// <param name="printer">Gets the frames.</param>
    public WireProxy(IPEndPoint listen, (string Host, int Port) to, FramePrinter printer)
    {
        _listener = new TcpListener(listen);
        _to = to;
        _printer = printer;
    }

    /// <summary>Begins to listen; where.</summary>
    /// <exception cref="SocketException">Nobody can listen there.</exception>
    public EndPoint Start()
    {
        _listener.Start();
        return _listener.LocalEndpoint;
    }

    /// <summary>Serves connections until it is told to stop; those that are open are closed then.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        List<Task> serving = [];
        try
        {
            for (int number = 1; ; number++)
            {
                var client = await _listener.AcceptSocketAsync(stop);
                serving.RemoveAll(done => done.IsCompleted);
                serving.Add(ServeAsync(client, number, stop));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            _listener.Stop();
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client, int number, CancellationToken stop)
    {
        WireSide side = new(number, IsClient: true);
        using (client)
        {
            if (Interlocked.Increment(ref _open) > MaxConnections)
                _printer.Note(side, $"closed: {MaxConnections} connections are open");
            else
                await PassAsync(client, side, stop);
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task PassAsync(Socket client, WireSide side, CancellationToken stop)
    {
        using Socket broker = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await broker.ConnectAsync(_to.Host, _to.Port, stop);
            _printer.Note(side, $"connection from {client.RemoteEndPoint} to {broker.RemoteEndPoint}");
            await Task.WhenAll(PumpAsync(client, broker, side, stop), PumpAsync(broker, client, side with { IsClient = false }, stop));
        }
        catch (SocketException failure)
        {
            _printer.Note(side, $"the broker at {_to.Host}:{_to.Port} cannot be reached: {failure.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    // An end of one direction is passed on; a connection that breaks ends both.
    private async Task PumpAsync(Socket from, Socket to, WireSide side, CancellationToken stop)
    {
        FrameCutter cutter = new();
        byte[] piece = new byte[PieceBytes];
        try
        {
            for (int read = await from.ReceiveAsync(piece, stop); read > 0; read = await from.ReceiveAsync(piece, stop))
            {
                bool wasLost = cutter.IsLost;
                cutter.Add(piece.AsSpan(0, read), frame => _printer.Print(side, frame));
                if (cutter.IsLost && !wasLost)
                    _printer.Note(side, $"a frame of {cutter.LostLength} bytes is none of this protocol: what follows is passed on and not shown");
                for (int sent = 0; sent < read;)
                    sent += await to.SendAsync(piece.AsMemory(sent, read - sent), stop);
            }
            _printer.Note(side, "ends");
            to.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException failure)
        {
            _printer.Note(side, $"broken: {failure.Message}");
            from.Close();
            to.Close();
        }
        catch (ObjectDisposedException)
        {
            // The other direction broke, and said so.
        }
    }
}
