using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Producing;

/// <summary>
/// A queue's handle, asked for when its first message was published. The answer is taken on the receive loop: a program that
/// begins with thousands of queues gets as many answers at once.
/// </summary>
internal sealed class QueueOpening(ProducerBuffer buffer, Connection connection, QueueBuffer queue) : IAnswerHandler
{
    /// <summary>Asks, unless the connection ends: then the next one opens the queue.</summary>
    public void Send(bool create)
    {
        OpenQueue open = new() { Queue = queue.Name.Value, Create = create, Slots = connection.Capabilities.HasRoutes };
        connection.TryRequest(new ClientFrame { OpenQueue = open }, this);
    }

    public void Answered(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Answer == ServerAnswer.Error && ErrorFrame.TryRead(frame, header.Payload, out Error error))
        {
            Refuse(ErrorFrame.ToException(error));
        }
        else if (GeneratedFrame.TryParse(ServerFrame.Parser, frame, out ServerFrame? answer, out _) && answer.QueueOpened is { } opened)
        {
            buffer.Opened(connection, queue, opened);
        }
        else
        {
            Refuse(new ForewaveException(ErrorCode.FrameBroken, "The broker's answer to the opening of a queue cannot be read."));
        }
    }

    public void Lost(ForewaveException reason)
    {
        // The next connection opens the queue again.
    }

    private void Refuse(ForewaveException error)
    {
        if (!connection.IsEnding)
        {
            buffer.Refused(queue, error);
        }
    }
}
