using System.Net;
using System.Net.Sockets;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// Many connections that have said hello and do nothing, in a process of their own (<c>idle ADDRESS COUNT</c>). Prints
/// <c>connected N</c>, then for each line on its input pings all of them once and prints <c>answered N</c>; ends with its
/// input. Sockets block and are read by few threads: a connection costs this side next to nothing.
/// </summary>
internal static class IdleClients
{
    // A source address has about 28,000 ports towards one listener.
    private const int ConnectionsPerAddress = 20_000;
    private const int Threads = 8;

    // IPPROTO_IP and IP_BIND_ADDRESS_NO_PORT of Linux.
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<int> RunAsync(IPEndPoint broker, int count)
    {
        var sockets = new Socket?[count];
        await OnThreadsAsync(count, i => sockets[i] = Greeted(broker, i));
        Console.WriteLine($"connected {sockets.Count(socket => socket is not null)}");
        while (await Console.In.ReadLineAsync() is not null)
        {
            int answered = 0;
            await OnThreadsAsync(count, i =>
            {
                if (sockets[i] is { } socket && Pinged(socket))
                    Interlocked.Increment(ref answered);
            });
            Console.WriteLine($"answered {answered}");
        }
        return 0;
    }

    private static Task OnThreadsAsync(int count, Action<int> act) => Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
    {
        for (int i = thread; i < count; i += Threads)
            act(i);
    })));

    // Null: the broker takes no more.
    private static Socket? Greeted(IPEndPoint broker, int number)
    {
        Socket socket = new(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        try
        {
            // The port is chosen when it is connected: what is bound explicitly cannot share it between targets.
            socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(2 + (number / ConnectionsPerAddress))]), 0));
            socket.Connect(broker);
            socket.Send(WireFrames.Encode(WireFrames.Hello));
            if (Read(socket).Hello is not null)
                return socket;
        }
        catch (SocketException)
        {
            // Counted by what is missing.
        }
        socket.Dispose();
        return null;
    }

    private static bool Pinged(Socket socket)
    {
        try
        {
            socket.Send(WireFrames.Encode(new V1.ClientFrame { Correlation = 2, Ping = new V1.Ping() }));
            while (true)
            {
                var frame = Read(socket);
                if (frame.Ping is null)
                    return frame.Pong is not null;
            }
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static V1.ServerFrame Read(Socket socket)
    {
        byte[] length = new byte[FrameDecoder.LengthBytes];
        Fill(socket, length);
        byte[] frame = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(length)];
        Fill(socket, frame);
        return V1.ServerFrame.Parser.ParseFrom(frame);
    }

    private static void Fill(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int read = socket.Receive(bytes);
            if (read == 0)
                throw new SocketException((int)SocketError.ConnectionReset);
            bytes = bytes[read..];
        }
    }
}
