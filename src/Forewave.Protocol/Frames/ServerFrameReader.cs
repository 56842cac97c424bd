namespace Forewave.Protocol.Frames;

/// <summary>Reads the outermost level of a ServerFrame, and leaves the rest to the reader of its kind. Stateless.</summary>
public static class ServerFrameReader
{
    private static readonly ulong KnownFields = FrameEnvelope.FieldsUpTo((int)ServerAnswer.CheckBack) | 1UL << (int)ServerAnswer.RoleChanged | 1UL << (int)ServerAnswer.Routes;

    /// <summary>Reads the header of one whole frame.</summary>
    /// <param name="frame">The frame without its length.</param>
    /// <param name="header">What it is and where its fields stand.</param>
    /// <param name="problem"><see cref="ErrorCode.FrameBroken"/> when false: the connection is to be closed.</param>
    public static bool TryRead(ReadOnlySpan<byte> frame, out ServerFrameHeader header, out FrameProblem problem)
    {
        bool read = FrameEnvelope.TryRead(frame, KnownFields, out var envelope);
        header = new ServerFrameHeader
        {
            Correlation = envelope.Correlation,
            Answer = (ServerAnswer)envelope.Field,
            Payload = envelope.Payload,
        };
        problem = read ? FrameProblem.None : FrameProblem.Broken("the frame is no ServerFrame");
        return read;
    }
}
