using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using Posted = Forewave.Broker.Delivery.Commands;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>Subscribe: makes the connection a consumer of a group. The queue's delivery loop answers.</summary>
internal static class SubscribeCommand
{
    public static async ValueTask RunAsync(
        Session session, ReadOnlyMemory<byte> frame, ClientFrameHeader header, CancellationToken cancellation)
    {
        if (!GeneratedFrame.TryParse(V1.Subscribe.Parser, header.Payload.Of(frame.Span), out var request, out var problem))
        {
            await CommandDispatch.Refuse(session, header, problem);
            return;
        }
        var terms = SubscribeTerms.Of(request);
        if (!QueueName.TryParse(request.Queue, out var name))
            throw new RefusedException(ErrorCode.NameInvalid, "A queue's name is not valid.");
        RightCheck.Require(session, AccessRights.Consume, name);
        session.RequireNoDrain();
        session.CheckHandles();
        session.HasWork = true;
        var queue = await session.Parts.Slots.OpenAsync(name, request.CreateQueue, cancellation);
        // Who comes back settles what it holds, and gets nothing new.
        if (!request.Returning && !session.Parts.Settings.Terms.Consumes(queue))
            throw new RefusedException(ErrorCode.ConsumeOff);
        uint handle = session.Subscriptions.Reserve();
        var subscription = new Subscription
        {
            Handle = handle,
            Queue = queue,
            GroupName = terms.Group,
            ConsumerId = terms.Consumer,
            ConsumerName = request.ConsumerName,
            Output = session.Output,
            Filter = terms.Filter,
            Start = StartOf(request.Start),
            VisibilityTimeout = TimeSpan.FromMilliseconds(request.VisibilityTimeout),
            AtMostOnce = request.AtMostOnce,
            Returning = request.Returning,
            Held = terms.Held,
            HearsRoles = request.TellRole,
        };
        session.Subscriptions.Set(handle, subscription);
        var loop = session.Parts.Delivery.Of(queue.Id);
        loop.Post(new Posted.SubscribeCommand(subscription, header.Correlation));
        await loop.WaitForRoomAsync(cancellation);
    }

    /// <summary>Where a request wants a group to start.</summary>
    public static StartPoint StartOf(V1.StartFrom? start)
    {
        switch (start?.FromCase ?? V1.StartFrom.FromOneofCase.None)
        {
            case V1.StartFrom.FromOneofCase.Latest:
                return StartPoint.Latest;
            case V1.StartFrom.FromOneofCase.Time when start!.Time <= long.MaxValue:
                return StartPoint.AtTime(new Timestamp((long)start.Time));
            case V1.StartFrom.FromOneofCase.Offset when Offset.TryFrom(start!.Offset, out var offset):
                return StartPoint.AtOffset(offset);
            case V1.StartFrom.FromOneofCase.Time or V1.StartFrom.FromOneofCase.Offset:
                throw new RefusedException(ErrorCode.FieldInvalid, "A start time or offset is beyond 2^63.");
            default:
                return StartPoint.Earliest;
        }
    }
}
