namespace Forewave.Client.Routing;

/// <summary>A producer or consumer, which uses all partitions.</summary>
internal interface IPartitioned
{
    /// <summary>
    /// There is a partition that it did not know; the first one is told within its <see cref="PartitionLinks.Join"/>. One call at a time, under
    /// a lock: short. What it begins on the link may come before this returns.
    /// </summary>
    void Add(PartitionLink link);
}
