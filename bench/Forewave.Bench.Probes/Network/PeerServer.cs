using System.Net;
using System.Net.Sockets;

namespace Forewave.Bench.Probes.Network;

/// <summary>The other process: serves connections, one after the other, until its standard input ends.</summary>
internal static class PeerServer
{
    /// <summary>The argument that makes this program the other process.</summary>
    public const string Argument = "--as-peer";

    public static async Task<int> RunAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);

        using var ended = new CancellationTokenSource();
        var input = EndWithInputAsync(ended);
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptAsync(ended.Token);
                socket.NoDelay = true;
                await ServeAsync(socket, ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await input; // The one who started this process ended it.
            return 0;
        }
    }

    private static async Task EndWithInputAsync(CancellationTokenSource ended)
    {
        // Not Console.In: its asynchronous calls block.
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null, CancellationToken.None);
        await ended.CancelAsync();
    }

    private static async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        if (await PeerGreeting.ReceiveAsync(socket, cancellation) is not { } greeting)
        {
            return;
        }

        var message = new byte[greeting.MessageBytes];
        if (greeting.Task == PeerTask.Echo)
        {
            while (await socket.ReceiveWholeAsync(message, cancellation))
            {
                await socket.SendWholeAsync(message, cancellation);
            }

            return;
        }

        while (await socket.ReceiveAsync(message, SocketFlags.None, cancellation) > 0)
        {
        }

        await socket.SendWholeAsync(message.AsMemory(0, 1), cancellation);
    }
}
