namespace Forewave.Protocol;

/// <summary>
/// The place of a record in a partition's log: 20 bits of epoch above 44 bits of record number. Ordered, never used twice. To
/// clients it is opaque, but for this: a batch's messages have consecutive positions. All bits 0, the <c>default</c>, is
/// <see cref="None"/>.
/// </summary>
public readonly record struct LogPosition : IComparable<LogPosition>
{
    /// <summary>How many bits the record number has.</summary>
    public const int NumberBits = 64 - Epoch.Bits;

    /// <summary>The highest record number.</summary>
    public const ulong MaxNumber = (1UL << NumberBits) - 1;

    /// <param name="epoch">The epoch in which the record was written.</param>
    /// <param name="number">The record's number, 0 to <see cref="MaxNumber"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number has more than 44 bits.</exception>
    public LogPosition(Epoch epoch, ulong number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxNumber);
        Bits = (ulong)epoch.Value << NumberBits | number;
    }

    private LogPosition(ulong bits) => Bits = bits;

    /// <summary>No position: before every record.</summary>
    public static LogPosition None => default;

    /// <summary>All 64 bits, as on the wire and on disk.</summary>
    public ulong Bits { get; }

    /// <summary>The epoch in which the record was written.</summary>
    public Epoch Epoch => new((uint)(Bits >> NumberBits));

    /// <summary>The record's number.</summary>
    public ulong Number => Bits & MaxNumber;

    /// <summary>The position with these 64 bits; every value is one.</summary>
    public static LogPosition FromBits(ulong bits) => new(bits);

    /// <summary>The position so many records further in the same epoch.</summary>
    /// <exception cref="OverflowException">The record number would have more than 44 bits.</exception>
    public LogPosition Plus(ulong count) =>
        count <= MaxNumber - Number ? new LogPosition(Bits + count) : throw new OverflowException("the record number has 44 bits");

    /// <summary>How many records further this is than <paramref name="earlier"/>, of the same epoch.</summary>
    /// <exception cref="ArgumentException">They are of two epochs, or <paramref name="earlier"/> is later.</exception>
    public ulong Since(LogPosition earlier) =>
        earlier.Epoch == Epoch && earlier.Bits <= Bits
            ? Bits - earlier.Bits
            : throw new ArgumentException($"{earlier} is not before {this} in one epoch", nameof(earlier));

    /// <inheritdoc/>
    public int CompareTo(LogPosition other) => Bits.CompareTo(other.Bits);

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.Bits < right.Bits;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.Bits > right.Bits;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.Bits <= right.Bits;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.Bits >= right.Bits;

    /// <summary>16 hex digits.</summary>
    public override string ToString() => $"{Bits:x16}";
}
