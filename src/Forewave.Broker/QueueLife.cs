using System.Numerics;

namespace Forewave.Broker;

/// <summary>
/// How long messages live that name no time of their own: what their queue gave them when they became available, as the second
/// number of a record's header holds it. Its upper 21 bits are a number of milliseconds with 16 significant bits, rounded up: at
/// most 1/32,768 too long. Zero: they live as long as the queue keeps them.
/// </summary>
internal static class QueueLife
{
    private const int Shift = 43;
    private const int DigitBits = 16;

    /// <summary>The bits of a header.</summary>
    public static ulong BitsOf(TimeSpan life)
    {
        ulong milliseconds = (ulong)Math.Ceiling(life.TotalMilliseconds);
        int exponent = Math.Max(0, BitOperations.Log2(milliseconds | 1) + 1 - DigitBits);
        ulong digits = (milliseconds + (1UL << exponent) - 1) >> exponent;
        if (digits == 1UL << DigitBits)
        {
            digits >>= 1;
            exponent++;
        }
        return ((ulong)exponent << DigitBits | digits) << Shift;
    }

    /// <summary>Milliseconds; 0: none.</summary>
    public static long MillisecondsOf(ulong headerBits)
    {
        ulong bits = headerBits >> Shift;
        return (long)((bits & ((1UL << DigitBits) - 1)) << (int)(bits >> DigitBits));
    }
}
