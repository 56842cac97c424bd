namespace Forewave.Protocol;

/// <summary>
/// A message's place in its queue's partition, dense from 1. 0, the <c>default</c>, is the place before the first message.
/// </summary>
public readonly record struct Offset : IComparable<Offset>
{
    /// <param name="value">0 to 2^63 − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public Offset(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Value = value;
    }

    /// <summary>Before the first message.</summary>
    public static Offset BeforeFirst => default;

    /// <summary>The first message's.</summary>
    public static Offset First => new(1);

    /// <summary>The number.</summary>
    public long Value { get; }

    /// <summary>The offset after this one.</summary>
    public Offset Next => Plus(1);

    /// <summary>The offset before this one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">This is the place before the first message.</exception>
    public Offset Previous => new(Value - 1);

    /// <summary>Whether <paramref name="value"/>, as on the wire, is an offset.</summary>
    public static bool TryFrom(ulong value, out Offset offset)
    {
        bool valid = value <= long.MaxValue;
        offset = valid ? new Offset((long)value) : default;
        return valid;
    }

    /// <summary>The offset so many further; <paramref name="count"/> may be negative.</summary>
    /// <exception cref="OverflowException">It would pass 2^63 − 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It would be before the place before the first message.</exception>
    public Offset Plus(long count) => new(checked(Value + count));

    /// <summary>How many offsets further this is than <paramref name="earlier"/>; negative when it is not.</summary>
    public long Since(Offset earlier) => Value - earlier.Value;

    /// <summary>The smaller of two.</summary>
    public static Offset Min(Offset one, Offset other) => one <= other ? one : other;

    /// <summary>The greater of two.</summary>
    public static Offset Max(Offset one, Offset other) => one >= other ? one : other;

    /// <inheritdoc/>
    public int CompareTo(Offset other) => Value.CompareTo(other.Value);

    /// <summary>Whether the left one is lower.</summary>
    public static bool operator <(Offset left, Offset right) => left.Value < right.Value;

    /// <summary>Whether the left one is higher.</summary>
    public static bool operator >(Offset left, Offset right) => left.Value > right.Value;

    /// <summary>Whether the left one is not higher.</summary>
    public static bool operator <=(Offset left, Offset right) => left.Value <= right.Value;

    /// <summary>Whether the left one is not lower.</summary>
    public static bool operator >=(Offset left, Offset right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => $"{Value}";
}
