namespace Forewave.Protocol.Routes;

/// <summary>The number of a hash slot, 0 to 1,023. The <c>default</c> is slot 0.</summary>
public readonly record struct SlotNumber
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot.</exception>
    public SlotNumber(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, Limits.Slots);
        Value = value;
    }

    /// <summary>The number.</summary>
    public int Value { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
