namespace Forewave.Protocol;

/// <summary>
/// The ownership number of a partition: 20 bits, raised each time a broker opens or takes it. The first one is 1; 0, which is
/// the <c>default</c>, stands for "never owned".
/// </summary>
public readonly record struct Epoch : IComparable<Epoch>
{
    /// <summary>How many bits it has.</summary>
    public const int Bits = 20;

    private const uint MaxValue = (1u << Bits) - 1;

    /// <param name="value">0 to 1,048,575.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has more than 20 bits.</exception>
    public Epoch(uint value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        Value = value;
    }

    /// <summary>The partition has not been owned yet.</summary>
    public static Epoch None => default;

    /// <summary>The highest epoch there is.</summary>
    public static Epoch Max => new(MaxValue);

    /// <summary>The number.</summary>
    public uint Value { get; }

    /// <summary>The epoch after this one.</summary>
    /// <exception cref="OverflowException">There is none: the partition was opened 1,048,575 times.</exception>
    public Epoch Next => Value < MaxValue ? new Epoch(Value + 1) : throw new OverflowException("no epoch is left after 1,048,575");

    /// <summary>Whether <paramref name="value"/> has no more than 20 bits.</summary>
    public static bool TryFrom(ulong value, out Epoch epoch)
    {
        bool valid = value <= MaxValue;
        epoch = valid ? new Epoch((uint)value) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
