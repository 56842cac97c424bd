using System.Buffers.Binary;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>Bytes of frames, by generated code.</summary>
internal static class WireFrames
{
    public static V1.ClientFrame Hello { get; } = new()
    {
        Correlation = 1,
        Hello = new V1.Hello { ProtocolVersion = 1, Role = "mixed", Name = "abuse", Sdk = "none", SdkVersion = "0" },
    };

    public static byte[] Encode(V1.ClientFrame frame) => Prefixed(frame.ToByteArray());

    /// <summary>The same frame many times.</summary>
    public static byte[] Many(V1.ClientFrame frame, int count)
    {
        byte[] one = Encode(frame);
        byte[] all = new byte[one.Length * count];
        for (int i = 0; i < count; i++)
            one.CopyTo(all, i * one.Length);
        return all;
    }

    /// <summary>Any bytes behind their length.</summary>
    public static byte[] Prefixed(ReadOnlySpan<byte> body)
    {
        byte[] bytes = new byte[FrameDecoder.LengthBytes + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, body.Length);
        body.CopyTo(bytes.AsSpan(FrameDecoder.LengthBytes));
        return bytes;
    }
}
