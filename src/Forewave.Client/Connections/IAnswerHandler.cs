using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>Waits for the answer to one request. Called once, on the receive loop: short, never blocking, never throwing.</summary>
internal interface IAnswerHandler
{
    /// <summary>The answer came; the frame's bytes are valid during the call.</summary>
    void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header);

    /// <summary>The connection ended without an answer.</summary>
    void Lost(ForewaveException reason);
}
