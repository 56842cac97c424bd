namespace Forewave.Protocol;

/// <summary>
/// A message's number among those that one producer id sends to one partition: from 1, raised by 1 with each. 0, the
/// <c>default</c>, stands for none.
/// </summary>
/// <param name="Value">The number.</param>
public readonly record struct Sequence(ulong Value) : IComparable<Sequence>
{
    /// <summary>No message yet.</summary>
    public static Sequence None => default;

    /// <summary>The first message's.</summary>
    public static Sequence First => new(1);

    /// <summary>The sequence after this one.</summary>
    public Sequence Next => Plus(1);

    /// <summary>The sequence so many further.</summary>
    /// <exception cref="OverflowException">It would pass 2^64 − 1.</exception>
    public Sequence Plus(ulong count) => new(checked(Value + count));

    /// <inheritdoc/>
    public int CompareTo(Sequence other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one is lower.</summary>
    public static bool operator <(Sequence left, Sequence right) => left.Value < right.Value;

    /// <summary>Whether the left one is higher.</summary>
    public static bool operator >(Sequence left, Sequence right) => left.Value > right.Value;

    /// <summary>Whether the left one is not higher.</summary>
    public static bool operator <=(Sequence left, Sequence right) => left.Value <= right.Value;

    /// <summary>Whether the left one is not lower.</summary>
    public static bool operator >=(Sequence left, Sequence right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
