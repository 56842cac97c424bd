using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Sessions;

/// <summary>Frames that are made by generated code: everything that is not on the hot path.</summary>
internal static class ServerFrames
{
    /// <summary>Fills the span with length prefix and frame.</summary>
    public static SpanAction<byte, V1.ServerFrame> Fill { get; } = static (span, frame) =>
    {
        BinaryPrimitives.WriteUInt32BigEndian(span, (uint)(span.Length - FrameDecoder.LengthBytes));
        frame.WriteTo(span[FrameDecoder.LengthBytes..]);
    };

    /// <summary>Bytes of the frame with its length prefix.</summary>
    public static int BytesOf(V1.ServerFrame frame) => FrameDecoder.LengthBytes + frame.CalculateSize();

    /// <summary>A frame that says what went wrong.</summary>
    public static V1.ServerFrame Error(ulong correlation, ErrorCode code, string? detail, TimeSpan? retryAfter = null) =>
        new() { Correlation = correlation, Error = ErrorFrame.Of(code, Sentence(detail), retryAfter) };

    /// <summary>Details are written with or without a full stop; what follows on the wire is another sentence.</summary>
    public static string? Sentence(string? detail) => detail is null || detail.EndsWith('.') ? detail : detail + ".";

    /// <summary>A frame that announces the end of the connection.</summary>
    public static V1.ServerFrame GoAway(ErrorCode code, TimeSpan grace) =>
        new() { GoAway = new V1.GoAway { Error = ErrorFrame.Of(code), Grace = (uint)grace.TotalMilliseconds } };

    /// <summary>Writes the answer of a request.</summary>
    public static void Answer(this ISessionOutput output, V1.ServerFrame frame) =>
        output.WriteAnswer(BytesOf(frame), frame, Fill);

    /// <summary>Writes a frame that answers nothing.</summary>
    public static void Send(this ISessionOutput output, V1.ServerFrame frame) => output.Write(BytesOf(frame), frame, Fill);
}
