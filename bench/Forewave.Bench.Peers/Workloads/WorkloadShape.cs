namespace Forewave.Bench.Peers.Workloads;

/// <summary>What is measured; the figures of a workload belong to this part only.</summary>
internal enum WorkloadShape
{
    /// <summary>Publish as fast as the window of unanswered messages allows; ends with the last receipt.</summary>
    Publish,

    /// <summary>Consume a backlog, each message acknowledged by itself; ends when the acks are answered.</summary>
    DrainAckEach,

    /// <summary>Consume a backlog, acknowledged up to an offset, many messages by one ack.</summary>
    DrainAckUpTo,

    /// <summary>Publish and consume at once; ends when the last message was received and acknowledged.</summary>
    Both,

    /// <summary>Publish at a fixed rate while consuming: intended send to received.</summary>
    Paced,
}
