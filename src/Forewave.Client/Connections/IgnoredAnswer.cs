using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>The answer to a request of which nobody needs to know what became. Stateless.</summary>
internal sealed class IgnoredAnswer : IAnswerHandler
{
    public static IgnoredAnswer Instance { get; } = new();

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        // That it came ends the request.
    }

    public void Lost(ForewaveException reason)
    {
        // The connection's end is told by the connection.
    }
}
