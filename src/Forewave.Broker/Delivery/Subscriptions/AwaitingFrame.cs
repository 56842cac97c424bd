using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>
/// A frame that leaves when its record is committed. To an at-most-once consumer that record settles its messages: if the
/// connection is gone by then, they are lost, which is what the consumer asked for. Of redriven messages it is the lease: the
/// cursor has nothing else of them, so a handle whose record was lost could not be told from one from before the redrive.
/// </summary>
internal sealed class AwaitingFrame(DeliveryLoop loop, Subscription subscription, byte[] frame, PendingReceive? pull)
    : ICommitOwner, IDeliveryCommand
{
    /// <summary>Whose leases its messages are under; null: they are settled.</summary>
    public GroupDelivery? Leaser { get; init; }

    /// <summary>The messages that are leased.</summary>
    public RecordRun[] Leased { get; init; } = [];

    /// <summary>Messages in it, for the credit that it took.</summary>
    public int Messages { get; init; }

    /// <summary>Bytes of these.</summary>
    public long MessageBytes { get; init; }

    /// <summary>Its bytes.</summary>
    public int Bytes => frame.Length;

    private bool MayLeave => Leaser is not { } group || Array.TrueForAll(Leased, run => group.State.Cursor.IsLeased(run.First, run.Attempt));

    /// <summary>Some of these offsets are leased with it.</summary>
    public bool Leases(OffsetSpan span) => Array.Exists(Leased, run => run.First < span.End && run.End > span.First);

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token) => loop.Post(this);

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token) => Refuse(failure.Error);

    /// <inheritdoc/>
    public bool Run(DeliveryLoop committed)
    {
        Leaser?.AwaitsNoMore(this);
        // The consumer came back without the messages, or its group was reset.
        if (!MayLeave)
            GiveBack();
        else if (pull is not null)
            subscription.Output.WriteAnswer(frame.Length, frame, static (span, bytes) => bytes.CopyTo(span));
        else
            subscription.Output.Write(frame.Length, frame, static (span, bytes) => bytes.CopyTo(span));
        committed.Wrote(subscription);
        return true;
    }

    private void GiveBack()
    {
        if (pull is not null)
        {
            DeliveryFrame.WriteEmpty(subscription, pull.Terms.Correlation);
            return;
        }
        subscription.Spend(-Messages, -MessageBytes);
        subscription.Group?.HasDemand();
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop refusing, ErrorCode code) => Refuse(code);

    /// <summary>The partition stopped: the messages must not leave.</summary>
    private void Refuse(ErrorCode code)
    {
        if (pull is null)
            return;
        subscription.Output.WriteError(pull.Terms.Correlation.Value, code);
        subscription.Output.Flush();
    }
}
