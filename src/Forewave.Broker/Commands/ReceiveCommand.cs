using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Posted = Forewave.Broker.Delivery.Commands;

namespace Forewave.Broker.Commands;

/// <summary>Receive: a pull, answered by the delivery loop as soon as there is a message, or at the end of its wait.</summary>
internal static class ReceiveCommand
{
    public static ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!ReceiveReader.TryRead(frame.Span, header.Payload, out var receive, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (session.Subscriptions.Find(receive.SubscriptionHandle) is not { } subscription)
            return CommandDispatch.Refuse(session, header, SubscriptionHandles.Unknown);
        var loop = session.Parts.Delivery.Of(subscription.Queue.Id);
        loop.Post(new Posted.ReceiveCommand(subscription, new ReceiveTerms
        {
            Correlation = header.Correlation,
            MaxMessages = receive.MaxMessages,
            MaxBytes = receive.MaxBytes,
            Wait = receive.Wait,
        }));
        return loop.HasRoom ? ValueTask.CompletedTask : loop.WaitForRoomAsync(cancellation);
    }
}
