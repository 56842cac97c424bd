namespace Forewave.Bench.Probes.Network;

/// <summary>What the other process does with a connection; its first byte.</summary>
internal enum PeerTask : byte
{
    /// <summary>Sends each message back when it has it whole.</summary>
    Echo = 1,

    /// <summary>Reads until the sender shuts its side down, then answers with one byte.</summary>
    Swallow = 2,
}
