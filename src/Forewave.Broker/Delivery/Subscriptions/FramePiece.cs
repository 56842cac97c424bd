using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>One run of a delivery frame.</summary>
/// <param name="Head">What stands before its messages.</param>
/// <param name="Messages">The messages as they stand in the log; the source's until the frame is written.</param>
internal readonly record struct FramePiece(DeliveredRunHeader Head, ReadOnlyMemory<byte> Messages);
