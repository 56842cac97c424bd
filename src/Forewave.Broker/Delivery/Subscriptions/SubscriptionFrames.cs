using System.Buffers;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>Writes what a consumer is told besides messages. For any thread.</summary>
internal static class SubscriptionFrames
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Answers a Settle.</summary>
    public static void WriteSettled(ISessionOutput output, CorrelationId correlation, ReadOnlySpan<SettleFailure> failures)
    {
        var buffer = Buffer();
        SettledWriter.Write(buffer, correlation, failures);
        output.WriteAnswer(buffer.WrittenCount, buffer, static (span, written) => written.WrittenSpan.CopyTo(span));
    }

    /// <summary>Answers a Subscribe.</summary>
    public static void WriteSubscribed(Subscription subscription, CorrelationId correlation, uint groupId) =>
        WriteAnswer(subscription.Output, new Protocol.V1.ServerFrame
        {
            Correlation = correlation.Value,
            Subscribed = new Protocol.V1.Subscribed
            {
                Subscription = subscription.Handle,
                VisibilityTimeout = (uint)subscription.LeaseLength.TotalMilliseconds,
                QueueId = subscription.Queue.Id,
                GroupId = groupId,
                Role = (Protocol.V1.ConsumerRole)subscription.ToldRole,
            },
        });

    /// <summary>Tells a consumer its role, as it is noted.</summary>
    public static void WriteRole(Subscription subscription)
    {
        var buffer = Buffer();
        var changed = new Protocol.V1.RoleChanged { Subscription = subscription.Handle, Role = (Protocol.V1.ConsumerRole)subscription.ToldRole };
        GeneratedFrame.Write(buffer, new Protocol.V1.ServerFrame { RoleChanged = changed });
        subscription.Output.Write(buffer.WrittenCount, buffer, static (span, written) => written.WrittenSpan.CopyTo(span));
        subscription.Output.Flush();
    }

    /// <summary>Answers an Unsubscribe.</summary>
    public static void WriteUnsubscribed(Subscription subscription, CorrelationId correlation) =>
        WriteAnswer(subscription.Output, new Protocol.V1.ServerFrame
        {
            Correlation = correlation.Value, Unsubscribed = new Protocol.V1.Unsubscribed(),
        });

    /// <summary>Tells a consumer that the broker ended its subscription.</summary>
    public static void WriteEnded(Subscription subscription, ErrorCode code, string? detail = null)
    {
        var buffer = Buffer();
        var ended = new Protocol.V1.SubscriptionEnded { Subscription = subscription.Handle, Error = ErrorFrame.Of(code, detail) };
        GeneratedFrame.Write(buffer, new Protocol.V1.ServerFrame { SubscriptionEnded = ended });
        subscription.Output.Write(buffer.WrittenCount, buffer, static (span, written) => written.WrittenSpan.CopyTo(span));
        subscription.Output.Flush();
    }

    private static void WriteAnswer(ISessionOutput output, IMessage frame)
    {
        var buffer = Buffer();
        GeneratedFrame.Write(buffer, frame);
        output.WriteAnswer(buffer.WrittenCount, buffer, static (span, written) => written.WrittenSpan.CopyTo(span));
        output.Flush();
    }

    private static ArrayBufferWriter<byte> Buffer()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1_024);
        buffer.ResetWrittenCount();
        return buffer;
    }
}
