using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>A socket that sends whatever it is told. One task sends, one reads.</summary>
internal sealed class RawClient : IDisposable
{
    // Of the machine's, not of the broker's: a test that waits for it has failed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Socket _socket;
    private readonly PipeReader _input;

    private RawClient(Socket socket)
    {
        _socket = socket;
        _input = PipeReader.Create(new NetworkStream(socket, ownsSocket: false));
    }

    public static async Task<RawClient> ConnectAsync(IPEndPoint broker)
    {
        Socket socket = new(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(broker);
        return new RawClient(socket);
    }

    public static async Task<RawClient> GreetedAsync(IPEndPoint broker)
    {
        var client = await ConnectAsync(broker);
        await client.SendAsync(WireFrames.Encode(WireFrames.Hello));
        var answer = await client.ReadAsync();
        Assert.NotNull(answer?.Hello);
        return client;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    /// <summary>Sends until the peer takes no more for so long; the bytes that it took before.</summary>
    public async Task<long> SendUntilStuckAsync(ReadOnlyMemory<byte> bytes, TimeSpan stuckAfter)
    {
        const int Slice = 16 * 1024;
        long sent = 0;
        while (true)
        {
            using CancellationTokenSource stuck = new(stuckAfter);
            try
            {
                int from = (int)(sent % bytes.Length);
                sent += await _socket.SendAsync(bytes.Slice(from, Math.Min(Slice, bytes.Length - from)), stuck.Token);
            }
            catch (OperationCanceledException)
            {
                return sent;
            }
        }
    }

    public async Task<V1.ServerFrame> AskAsync(V1.ClientFrame frame)
    {
        await SendAsync(WireFrames.Encode(frame));
        return await ReadAsync() ?? throw new InvalidOperationException("closed before the answer");
    }

    /// <summary>The next frame; null when the broker has closed or reset the connection.</summary>
    public async Task<V1.ServerFrame?> ReadAsync()
    {
        using CancellationTokenSource late = new(Patience);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _input.ReadAsync(late.Token);
            }
            catch (IOException)
            {
                return null;
            }
            var buffer = result.Buffer;
            if (FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out var frame, out _))
            {
                var parsed = V1.ServerFrame.Parser.ParseFrom(frame);
                _input.AdvanceTo(buffer.Start);
                return parsed;
            }
            _input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    /// <summary>Answers are counted by what they are; reading ends with the answer to <paramref name="last"/>.</summary>
    public async Task<Dictionary<string, int>> CountUntilAsync(ulong last)
    {
        Dictionary<string, int> counts = [];
        while (await ReadAsync() is { } frame)
        {
            string kind = frame.Error is { } error ? ((ErrorCode)error.Number).ToString() : frame.AnswerCase.ToString();
            counts[kind] = counts.GetValueOrDefault(kind) + 1;
            if (frame.Correlation == last)
                break;
        }
        return counts;
    }

    /// <summary>No goodbye: the peer gets a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
