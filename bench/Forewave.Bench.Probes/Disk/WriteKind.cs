namespace Forewave.Bench.Probes.Disk;

/// <summary>What a write + sync goes to.</summary>
internal enum WriteKind
{
    /// <summary>The end of a file: each sync has to record the new length and the new blocks too.</summary>
    Append,

    /// <summary>Blocks that were written before, through the page cache, then fdatasync.</summary>
    Recycled,

    /// <summary>Blocks that were written before, past the page cache (O_DIRECT), synced by the write itself (O_DSYNC).</summary>
    RecycledDirect,
}
