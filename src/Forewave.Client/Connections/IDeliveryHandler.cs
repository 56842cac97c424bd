using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>The consumer behind a subscription. Called on the receive loop: short, never blocking, never throwing.</summary>
internal interface IDeliveryHandler
{
    /// <summary>Messages came; the frame's bytes are valid during the call.</summary>
    void Delivered(ReadOnlySpan<byte> frame, ByteRange payload);

    /// <summary>The broker is about to close the connection: ask for nothing more on it.</summary>
    void GoingAway();

    /// <summary>The consumer has another role in its group.</summary>
    void RoleChanged(Protocol.V1.ConsumerRole role);

    /// <summary>The broker ended the subscription.</summary>
    void Ended(ForewaveException reason);
}
