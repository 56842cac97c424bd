using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Commands;

/// <summary>What is said of handles of subscriptions.</summary>
internal static class SubscriptionHandles
{
    /// <summary>No subscription of the connection has the handle.</summary>
    public static FrameProblem Unknown { get; } =
        new(ErrorCode.UnknownHandle, "The subscription's handle is not open on this connection.");
}
