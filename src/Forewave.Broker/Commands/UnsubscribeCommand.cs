using Forewave.Broker.Sessions;
using Forewave.Protocol.Frames;
using Posted = Forewave.Broker.Delivery.Commands;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>Unsubscribe: the handle is free at once, the delivery loop answers.</summary>
internal static class UnsubscribeCommand
{
    public static ValueTask Run(Session session, ReadOnlyMemory<byte> frame, in ClientFrameHeader header)
    {
        if (!GeneratedFrame.TryParse(V1.Unsubscribe.Parser, header.Payload.Of(frame.Span), out var request, out var problem))
            return CommandDispatch.Refuse(session, header, problem);
        if (!session.Subscriptions.TryRemove(request.Subscription, out var subscription))
            return CommandDispatch.Refuse(session, header, SubscriptionHandles.Unknown);
        var loop = session.Parts.Delivery.Of(subscription.Queue.Id);
        loop.Post(new Posted.UnsubscribeCommand(subscription, header.Correlation, request.Release));
        return ValueTask.CompletedTask;
    }
}
