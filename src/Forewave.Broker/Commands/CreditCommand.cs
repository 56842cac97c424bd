using Forewave.Broker.Sessions;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Commands;

/// <summary>Credit: more messages may be streamed. Has no answer but for a handle that is not known.</summary>
internal static class CreditCommand
{
    public static ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!CreditReader.TryRead(frame.Span, header.Payload, out var credit, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (session.Subscriptions.Find(credit.SubscriptionHandle) is not { } subscription)
            return CommandDispatch.Refuse(session, header, SubscriptionHandles.Unknown);
        var loop = session.Parts.Delivery.Of(subscription.Queue.Id);
        subscription.AddCredit(loop, credit);
        return loop.HasRoom ? ValueTask.CompletedTask : loop.WaitForRoomAsync(cancellation);
    }
}
