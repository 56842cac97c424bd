using System.Globalization;

namespace Forewave.Protocol;

/// <summary>
/// A version as semantic versioning orders them, as far as a least version needs it: up to four numbers, and whether something stands
/// behind a dash, which is before the version without. What stands behind a plus says nothing. The <c>default</c> is 0.0.0.
/// </summary>
public readonly record struct SdkVersion : IComparable<SdkVersion>
{
    private const int Numbers = 4;

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly bool _isBefore;

    private SdkVersion(ReadOnlySpan<uint> numbers, bool isBefore)
    {
        _high = (ulong)numbers[0] << 32 | numbers[1];
        _low = (ulong)numbers[2] << 32 | numbers[3];
        _isBefore = isBefore;
    }

    /// <summary>Reads <c>1.2.3</c>, <c>1.2</c>, <c>1.2.3-rc.1</c>, <c>1.2.3+build</c>; false: it is no version.</summary>
    public static bool TryParse(string text, out SdkVersion version)
    {
        ArgumentNullException.ThrowIfNull(text);
        version = default;
        string[] halves = text.Split('+')[0].Split('-', 2);
        string[] words = halves[0].Split('.');
        Span<uint> numbers = stackalloc uint[Numbers];
        numbers.Clear();
        for (int i = 0; i < words.Length; i++)
        {
            if (i >= Numbers || !uint.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        version = new SdkVersion(numbers, halves.Length > 1);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(SdkVersion other) => (_high, _low, _isBefore ? 0 : 1).CompareTo((other._high, other._low, other._isBefore ? 0 : 1));

    /// <summary>Whether the left one is earlier.</summary>
    public static bool operator <(SdkVersion left, SdkVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is later.</summary>
    public static bool operator >(SdkVersion left, SdkVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is not later.</summary>
    public static bool operator <=(SdkVersion left, SdkVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is not earlier.</summary>
    public static bool operator >=(SdkVersion left, SdkVersion right) => left.CompareTo(right) >= 0;
}
