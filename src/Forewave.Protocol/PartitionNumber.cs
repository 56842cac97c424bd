namespace Forewave.Protocol;

/// <summary>The number of a partition, 0 to 65535. A process alone is partition 0, which is also the <c>default</c>.</summary>
/// <param name="Value">The number.</param>
public readonly record struct PartitionNumber(ushort Value) : IComparable<PartitionNumber>
{
    /// <inheritdoc/>
    public int CompareTo(PartitionNumber other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
