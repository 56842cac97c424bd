using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Priorities;

/// <summary>
/// The messages of a queue with one priority: each band but that of priority 4 is an index of its own, with offsets of its own.
/// Its number stands in the upper bits of what names such messages: 4 bits of the index's number in records and in the store,
/// 8 bits of an offset on the wire. The band of priority 4, <c>default</c>, adds none: a queue without priorities has no trace
/// of it.
/// </summary>
internal readonly record struct PriorityBand
{
    private const int IndexShift = 28;
    private const uint QueueMask = (1u << IndexShift) - 1;
    private const int OffsetShift = 56;
    private const long OffsetMask = (1L << OffsetShift) - 1;

    private PriorityBand(int number) => Number = number;

    /// <summary>0, or the priority and 1.</summary>
    public int Number { get; }

    /// <summary>Its messages' priority.</summary>
    public int Priority => Number == 0 ? Limits.DefaultPriority : Number - 1;

    /// <summary>All bands but the default one, the highest priority first.</summary>
    public static IEnumerable<PriorityBand> Others { get; } =
        [.. Enumerable.Range(0, Limits.MaxPriority + 1).Reverse().Select(Of).Where(band => band != default)];

    /// <summary>The band of a priority.</summary>
    public static PriorityBand Of(int priority) => new(priority == Limits.DefaultPriority ? 0 : priority + 1);

    /// <summary>
    /// The band of a valid message. One with an ordering key is in the default band whatever its priority: its key's order goes
    /// first, and an index has no other order than that of its offsets.
    /// </summary>
    public static PriorityBand Of(in MessageView message) => message.OrderingKey.IsEmpty ? Of(message.Priority) : default;

    /// <summary>The band of an index in records and in the store.</summary>
    public static PriorityBand OfIndex(uint index) => new((int)(index >> IndexShift));

    /// <summary>The queue that an index of one of its bands belongs to.</summary>
    public static uint QueueOf(uint index) => index & QueueMask;

    /// <summary>The band of an offset on the wire; none of a queue's where the client made it up.</summary>
    public static PriorityBand OfOffset(long offset) => new((int)(offset >> OffsetShift));

    /// <summary>An offset on the wire as an offset of its band.</summary>
    public static long InBand(long offset) => offset & OffsetMask;

    /// <summary>The number of its index in records and in the store.</summary>
    public uint IndexOf(uint queue) => queue | (uint)Number << IndexShift;

    /// <summary>An offset of the band as it stands on the wire.</summary>
    public long OnWire(long offset) => offset | (long)Number << OffsetShift;
}
