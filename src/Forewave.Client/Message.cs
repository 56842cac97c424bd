using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client;

/// <summary>
/// A message to be published. Limits are those of the broker's hello (docs/limits.md); what exceeds them is refused before it
/// is sent. The memory is read while the publishing call runs and not after it has returned.
/// </summary>
public readonly record struct Message
{
    /// <summary>A message with a body alone.</summary>
    public Message(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>Any bytes; the encoded message is at most 4 MiB.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>For look-up: at most 8 of 255 bytes. Default: none.</summary>
    public ReadOnlyMemory<string> Keys { get; init; }

    /// <summary>For the tag filter of a group: at most 255 bytes, no comma, no control characters. Default: none.</summary>
    public string? Tag { get; init; }

    /// <summary>At most 128, 16 KiB in all. Default: none.</summary>
    public ReadOnlyMemory<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }

    /// <summary>
    /// Messages of a queue with the same ordering key reach each group one after the other, in the order of publishing, the next
    /// one when the last is settled. 1 to 255 bytes. Default: none, no order.
    /// </summary>
    public string? OrderingKey { get; init; }

    /// <summary>
    /// 0 to 9: a group gets what has a higher priority first; of one priority, what was published first. Default: 4.
    /// </summary>
    public int? Priority { get; init; }

    /// <summary>
    /// Not delivered before this time, to the millisecond; at most 10 years ahead. It is compared with this machine's clock when
    /// the message is published, and with the broker's when it comes there. Default: at once. Not together with
    /// <see cref="Delay"/>.
    /// </summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>
    /// Not delivered before so long after its arrival at the broker, in milliseconds, whatever this machine's clock says; at most
    /// 10 years. Default: at once.
    /// </summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// Not delivered any more after this time, to the millisecond: what no consumer of a group has by then is dropped for the group
    /// and counted, or becomes a dead letter where the group wants that. At most 10 years ahead, and not before it is due.
    /// Default: the queue's time to live. Not together with <see cref="TimeToLive"/>.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// The same, so long after its arrival at the broker, in milliseconds, whatever this machine's clock says; at most 10 years.
    /// Default: the queue's.
    /// </summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>
    /// A second message with the same id in the same queue is not stored while the queue's window lasts (10 minutes unless set
    /// otherwise), whoever publishes it; its <see cref="Receipt"/> names the first one and says so. 1 to 255 bytes. Default: none.
    /// </summary>
    public string? DeduplicationId { get; init; }

    /// <summary>What is encoded.</summary>
    internal MessageFields Fields => new()
    {
        Body = Body.Span,
        Keys = Keys.Span,
        Tag = Tag,
        Headers = Headers.Span,
        OrderingKey = OrderingKey,
        Priority = Priority,
        DeduplicationId = DeduplicationId,
        DeliverAtMilliseconds = DeliverAt is { } time ? Math.Max(1, time.ToUnixTimeMilliseconds()) : 0,
        ExpiresAtMilliseconds = ExpiresAt is { } end ? Math.Max(1, end.ToUnixTimeMilliseconds()) : 0,
        TimeToLiveMilliseconds = Milliseconds(TimeToLive),
        DelayMilliseconds = Milliseconds(Delay),
    };

    /// <summary>Refuses what no broker would take, as publishing it does.</summary>
    /// <exception cref="ForewaveException">The message breaks a limit.</exception>
    internal void Check(TimeProvider clock)
    {
        CheckValues(clock);
        if (!MessageWriter.TryMeasure(Fields, out _, out FrameProblem problem))
        {
            throw problem.ToException();
        }
    }

    /// <summary>Refuses what encoding would take for nothing, and times that cannot be: negative ones, and what has passed.</summary>
    internal void CheckValues(TimeProvider clock)
    {
        if (OrderingKey is { Length: 0 } || DeduplicationId is { Length: 0 })
        {
            throw new ForewaveException(ErrorCode.FieldInvalid, "An ordering key or a deduplication id is empty; without one it is null.");
        }

        if (Delay != TimeSpan.Zero || TimeToLive != TimeSpan.Zero || DeliverAt is not null || ExpiresAt is not null)
        {
            CheckTimes(clock);
        }
    }

    // Zero is none, so what is less than a millisecond is one; what is negative stays so, and is refused.
    private static long Milliseconds(TimeSpan length) => length == TimeSpan.Zero ? 0
        : length < TimeSpan.Zero ? -1
        : Math.Max(1, (long)length.TotalMilliseconds);

    private void CheckTimes(TimeProvider clock)
    {
        if (Delay < TimeSpan.Zero)
        {
            throw new ForewaveException(ErrorCode.DeliveryTimeInvalid, $"A delay of {Delay} is negative.");
        }

        if (TimeToLive < TimeSpan.Zero)
        {
            throw new ForewaveException(ErrorCode.ExpiryTimeInvalid, $"A time to live of {TimeToLive} is negative.");
        }

        if (ExpiresAt is { } end && end < clock.GetUtcNow())
        {
            throw new ForewaveException(ErrorCode.ExpiryTimeInvalid, $"{end:O} has passed: the message would never be delivered.");
        }

        if (DeliverAt is { } time && time < clock.GetUtcNow())
        {
            throw new ForewaveException(ErrorCode.DeliveryTimeInvalid, $"{time:O} has passed: a message cannot be delivered then.");
        }
    }
}
