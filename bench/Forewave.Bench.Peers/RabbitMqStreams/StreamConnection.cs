using System.Buffers.Binary;
using Forewave.Bench.Peers.Connections;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>An opened connection, on which requests are made one at a time until its link is handed to a loop.</summary>
internal sealed class StreamConnection : IDisposable
{
    private const short Ok = 1;
    private const int OurFrameMaxBytes = 8 << 20;
    private readonly StreamRequest _request = new();
    private int _correlation;

    private StreamConnection(SocketLink link) => Link = link;

    public SocketLink Link { get; }

    /// <summary>Says who we are, agrees on limits without heartbeats, and opens the virtual host.</summary>
    public static async Task<StreamConnection> OpenAsync(int port, CancellationToken cancellation)
    {
        var connection = new StreamConnection(await SocketLink.ConnectAsync(port, cancellation));
        try
        {
            await connection.RequestAsync(StreamCommand.PeerProperties, request => request.Int32(0), cancellation);
            await connection.RequestAsync(StreamCommand.SaslHandshake, _ => { }, cancellation);
            await connection.RequestAsync(StreamCommand.SaslAuthenticate, Authenticate, cancellation);
            await connection.TuneAsync(cancellation);
            await connection.RequestAsync(StreamCommand.Open, request => request.Text("/"), cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request and takes its answer: what follows the response code. Throws when that is not OK.</summary>
    public async Task<byte[]> RequestAsync(StreamCommand command, Action<StreamRequest> write, CancellationToken cancellation)
    {
        var correlation = ++_correlation;
        _request.Clear();
        write(_request.Begin(command).Int32(correlation));
        _request.End();
        await Link.SendAsync(_request.Frames, cancellation);

        var answer = await FrameAsync(command, cancellation);
        var code = BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(4));
        return code == Ok ? answer[6..] : throw new InvalidOperationException($"{command} was answered with code {code}.");
    }

    public void Dispose() => Link.Dispose();

    private static void Authenticate(StreamRequest request)
    {
        var credentials = "\0guest\0guest"u8;
        request.Text("PLAIN").Int32(credentials.Length);
        credentials.CopyTo(request.Take(credentials.Length));
    }

    private async Task TuneAsync(CancellationToken cancellation)
    {
        await FrameAsync(StreamCommand.Tune, cancellation);
        _request.Clear();
        _request.Begin(StreamCommand.Tune).Int32(OurFrameMaxBytes).Int32(0).End();
        await Link.SendAsync(_request.Frames, cancellation);
    }

    private async Task<byte[]> FrameAsync(StreamCommand command, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake(command) is { } content)
            {
                return content;
            }

            await Link.ReceiveAsync(cancellation);
        }
    }

    private byte[]? TryTake(StreamCommand command)
    {
        if (!StreamFrame.TryRead(Link.Unread, out var frame))
        {
            return null;
        }

        if (frame.Command != command)
        {
            throw new InvalidDataException($"{frame.Command} came where {command} was expected.");
        }

        var content = frame.Content.ToArray();
        Link.Consume(frame.TotalBytes);
        return content;
    }
}
