using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Forewave.Bench.Probes.Network;

/// <summary>This program a second time, as the other end of the sockets; it ends with this object.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly IPEndPoint _address;

    private PeerProcess(Process process, IPEndPoint address)
    {
        _process = process;
        _address = address;
    }

    public static async Task<PeerProcess> StartAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(PeerProcess).Assembly.Location);
        }

        start.ArgumentList.Add(PeerServer.Argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException("the second process did not start");
        var port = await process.StandardOutput.ReadLineAsync(cancellation);
        return new PeerProcess(process, new IPEndPoint(IPAddress.Loopback, int.Parse(port ?? "", CultureInfo.InvariantCulture)));
    }

    /// <summary>A new connection, its greeting sent. The caller disposes it before the next one is served.</summary>
    public async Task<Socket> ConnectAsync(PeerGreeting greeting, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_address, cancellation);
        await greeting.SendAsync(socket, cancellation);
        return socket;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
