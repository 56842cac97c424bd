using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>
/// A frame to an at-most-once consumer: it waits until the record that settles its messages is committed, then leaves. If the
/// connection is gone by then, its messages are lost: that is what the consumer asked for.
/// </summary>
internal sealed class TakenFrame(DeliveryLoop loop, Subscription subscription, byte[] frame, bool answersPull)
    : ICommitOwner, IDeliveryCommand
{
    /// <summary>Its bytes.</summary>
    public int Bytes => frame.Length;

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token) => loop.Post(this);

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token)
    {
        // The partition stopped: sessions hear of it, and the message must not leave.
    }

    /// <inheritdoc/>
    public bool Run(DeliveryLoop committed)
    {
        if (answersPull)
            subscription.Output.WriteAnswer(frame.Length, frame, static (span, bytes) => bytes.CopyTo(span));
        else
            subscription.Output.Write(frame.Length, frame, static (span, bytes) => bytes.CopyTo(span));
        committed.Wrote(subscription);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop refusing, ErrorCode code)
    {
        // As Lost.
    }
}
