namespace Forewave.Bench.Peers.Workloads;

/// <summary>How a consumer settles.</summary>
internal enum AckMode
{
    /// <summary>Every message is named, in one frame or in a list.</summary>
    Each,

    /// <summary>One ack settles everything up to an offset.</summary>
    UpTo,
}
