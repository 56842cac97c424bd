namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Why messages are not handed out now. The numbers are in checkpoints.</summary>
internal enum HoldKind : byte
{
    /// <summary>The place is free.</summary>
    None = 0,

    /// <summary>A consumer has them.</summary>
    Lease = 1,

    /// <summary>They wait for their time after a nack.</summary>
    Wait = 2,
}
