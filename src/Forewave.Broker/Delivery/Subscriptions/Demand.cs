using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>How much one frame to a consumer may hold.</summary>
internal readonly record struct Demand
{
    /// <summary>Bytes that a frame to standing credit aims at.</summary>
    public const int StreamedFrameBytes = 192 * 1024;

    /// <summary>The pull that it answers; null: it goes to standing credit.</summary>
    public PendingReceive? Receive { get; private init; }

    /// <summary>Messages at most, from 1.</summary>
    public required int Messages { get; init; }

    /// <summary>Bytes of messages at most, but for the first message.</summary>
    public required int Bytes { get; init; }

    /// <summary>The correlation of the answer; none where there is no pull.</summary>
    public CorrelationId Correlation => Receive?.Terms.Correlation ?? CorrelationId.None;

    /// <summary>What a hungry subscription takes, its fair share at most.</summary>
    public static Demand Of(Subscription subscription, long fairShare)
    {
        if (subscription.Receives.Any)
        {
            var receive = subscription.Receives.First;
            return new Demand
            {
                Receive = receive,
                Messages = (int)Math.Min(Math.Min(receive.Terms.MaxMessages, Limits.MessagesPerFrame), fairShare),
                Bytes = Math.Clamp(receive.Terms.MaxBytes, 1, Limits.FrameBytes / 2),
            };
        }
        long messages = Math.Min(Math.Min(subscription.CreditMessages, Limits.MessagesPerFrame), fairShare);
        return new Demand
        {
            Messages = (int)messages, Bytes = (int)Math.Min(subscription.CreditBytes, StreamedFrameBytes),
        };
    }
}
