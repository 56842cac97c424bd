namespace Forewave.Protocol;

/// <summary>
/// Which delivery of a message to a group this is: 1 for the first. 0, the <c>default</c>, says that it was not delivered yet.
/// </summary>
/// <param name="Value">The number.</param>
public readonly record struct Attempt(uint Value) : IComparable<Attempt>
{
    /// <summary>Not delivered yet.</summary>
    public static Attempt None => default;

    /// <summary>The first delivery.</summary>
    public static Attempt First => new(1);

    /// <summary>The attempt after this one; at 2^32 − 1 it stays there.</summary>
    public Attempt Next => new(Value == uint.MaxValue ? Value : Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Attempt other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(Attempt left, Attempt right) => left.Value < right.Value;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(Attempt left, Attempt right) => left.Value > right.Value;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(Attempt left, Attempt right) => left.Value <= right.Value;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(Attempt left, Attempt right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
