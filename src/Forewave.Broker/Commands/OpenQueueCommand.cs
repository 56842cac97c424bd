using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>OpenQueue: gives a queue a handle on the connection; makes the queue if that is wanted.</summary>
internal static class OpenQueueCommand
{
    public static async ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.OpenQueue.Parser, header.Payload.Of(frame.Span), out var open, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        if (!QueueName.TryParse(open.Queue, out var name))
            throw new RefusedException(ErrorCode.NameInvalid);
        RightCheck.Require(session, AccessRights.Publish, name);
        session.CheckHandles();
        var queue = open.Slots
            ? await session.Parts.Slots.OpenWithSlotsAsync(name, open.Create, cancellation)
            : await session.Parts.Slots.OpenAsync(name, open.Create, cancellation);
        uint handle = session.Queues.Add(queue);
        session.Output.Answer(new V1.ServerFrame
        {
            Correlation = header.Correlation.Value,
            QueueOpened = new V1.QueueOpened { Queue = handle, Relaxed = queue.Options.Relaxed, Slots = open.Slots ? queue.Slots?.ToWire() : null },
        });
    }
}
