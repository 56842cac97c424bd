using System.Buffers;
using System.Text;
using Forewave.Protocol.Frames;

namespace Forewave.Protocol.Tests.Frames;

public sealed class FrameDecoderTests
{
    [Fact]
    public void Decoder_takes_frames_one_by_one_when_received_in_any_pieces()
    {
        byte[] received = [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 1, 9];
        for (int pieceLength = 1; pieceLength <= received.Length; pieceLength++)
        {
            var buffer = Pieces(received, pieceLength);

            Assert.True(FrameDecoder.TryRead(ref buffer, 100, out var first, out _));
            Assert.True(FrameDecoder.TryRead(ref buffer, 100, out var second, out _));

            Assert.Equal([1, 2, 3], first.ToArray());
            Assert.Equal([9], second.ToArray());
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Decoder_waits_when_a_frame_is_not_whole()
    {
        byte[] received = [0, 0, 0, 3, 1, 2, 3];
        for (int length = 0; length < received.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(received, 0, length);

            Assert.False(FrameDecoder.TryRead(ref buffer, 100, out _, out var problem));

            Assert.True(problem.IsNone);
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 }, ErrorCode.FrameBroken)]
    [InlineData(new byte[] { 0, 0, 0, 101 }, ErrorCode.FrameTooLarge)]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, ErrorCode.FrameTooLarge)]
    [InlineData(new byte[] { 0x16, 0x02, 0x01, 0x02 }, ErrorCode.FrameTooLarge)]
    public void Decoder_refuses_a_length_as_soon_as_it_is_there(byte[] received, ErrorCode expected)
    {
        var buffer = new ReadOnlySequence<byte>(received);

        Assert.False(FrameDecoder.TryRead(ref buffer, 100, out _, out var problem));

        Assert.Equal(expected, problem.Code);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1", "HTTP")]
    [InlineData("POST /v1", "HTTP")]
    [InlineData("PUT /v1", "HTTP")]
    [InlineData("HEAD /", "HTTP")]
    [InlineData("DELETE /", "HTTP")]
    [InlineData("OPTIONS *", "HTTP")]
    [InlineData("PATCH /", "HTTP")]
    [InlineData("CONNECT a:1", "HTTP")]
    [InlineData("TRACE /", "HTTP")]
    [InlineData("PRI * HTTP/2.0", "HTTP")]
    [InlineData("HTTP/1.1 400 Bad Request", "HTTP")]
    [InlineData("\u0016\u0003\u0001\u0002\0", "TLS")]
    [InlineData("\u0016\u0003\u0003\0\0", "TLS")]
    [InlineData("\u0015\u0003\u0003\0\u0002", "TLS")]
    [InlineData("AMQP\0\0\u0009\u0001", "AMQP")]
    [InlineData("SSH-2.0-OpenSSH_9.2", "SSH")]
    [InlineData("INFO {\"server_id\"", "NATS")]
    [InlineData("*1\r\n$4\r\nPING\r\n", "Redis")]
    [InlineData("*3\r\n$3\r\nSET", "Redis")]
    public void Decoder_names_the_protocol_when_the_bytes_are_of_another_one(string received, string protocol)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.Latin1.GetBytes(received));

        Assert.False(FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out _, out var problem));

        Assert.Equal(ErrorCode.FrameBroken, problem.Code);
        Assert.Contains(protocol, problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoder_takes_a_frame_of_exactly_the_limit()
    {
        var buffer = new ReadOnlySequence<byte>([0, 0, 0, 100, .. new byte[100]]);

        Assert.True(FrameDecoder.TryRead(ref buffer, 100, out var frame, out _));

        Assert.Equal(100, frame.Length);
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int pieceLength)
    {
        var chunks = bytes.Chunk(pieceLength).ToArray();
        var first = new Piece(chunks[0], 0);
        var last = first;
        foreach (byte[] chunk in chunks.Skip(1))
            last = last.Append(chunk);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] bytes, long runningIndex)
        {
            Memory = bytes;
            RunningIndex = runningIndex;
        }

        public Piece Append(byte[] bytes)
        {
            var next = new Piece(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
