using System.Buffers.Text;
using System.Text;

namespace Forewave.Bench.Peers.Nats;

/// <summary>One line of the server, with its payload when it is a message: <c>MSG subject sid [reply] bytes␍␊payload␍␊</c>.</summary>
/// <remarks>Its spans point into the buffer that it was read from.</remarks>
internal readonly ref struct NatsFrame
{
    public NatsFrameKind Kind { get; private init; }

    /// <summary>Where the ack goes; empty when none is wanted.</summary>
    public ReadOnlySpan<byte> Reply { get; private init; }

    /// <summary>A message's body, an error's text.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>From the start of the buffer to the end of this frame.</summary>
    public int TotalBytes { get; private init; }

    /// <summary>False while the frame is not whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> buffer, out NatsFrame frame)
    {
        frame = default;
        var lineEnd = buffer.IndexOf("\r\n"u8);
        if (lineEnd < 0)
        {
            return false;
        }

        var line = buffer[..lineEnd];
        if (line.StartsWith("MSG "u8))
        {
            return TryReadMessage(buffer, lineEnd, out frame);
        }

        frame = new NatsFrame { Kind = KindOf(line), Payload = line, TotalBytes = lineEnd + 2 };
        return true;
    }

    public void ThrowIfError()
    {
        if (Kind == NatsFrameKind.Error)
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(Payload));
        }
    }

    private static bool TryReadMessage(ReadOnlySpan<byte> buffer, int lineEnd, out NatsFrame frame)
    {
        frame = default;
        var line = buffer[4..lineEnd];
        var lastBlank = line.LastIndexOf((byte)' ');
        if (!Utf8Parser.TryParse(line[(lastBlank + 1)..], out int bodyBytes, out _))
        {
            throw new InvalidDataException($"MSG without a length: {Encoding.UTF8.GetString(line)}");
        }

        var bodyStart = lineEnd + 2;
        if (buffer.Length < bodyStart + bodyBytes + 2)
        {
            return false;
        }

        frame = new NatsFrame
        {
            Kind = NatsFrameKind.Message,
            Reply = ReplyOf(line[..lastBlank]),
            Payload = buffer.Slice(bodyStart, bodyBytes),
            TotalBytes = bodyStart + bodyBytes + 2,
        };
        return true;
    }

    // "subject sid" or "subject sid reply"
    private static ReadOnlySpan<byte> ReplyOf(ReadOnlySpan<byte> names)
    {
        var rest = names[(names.IndexOf((byte)' ') + 1)..];
        var blank = rest.IndexOf((byte)' ');
        return blank < 0 ? default : rest[(blank + 1)..];
    }

    private static NatsFrameKind KindOf(ReadOnlySpan<byte> line) =>
        line.SequenceEqual("PING"u8) ? NatsFrameKind.Ping
        : line.SequenceEqual("PONG"u8) ? NatsFrameKind.Pong
        : line.StartsWith("-ERR"u8) ? NatsFrameKind.Error
        : NatsFrameKind.Other;
}
