using System.Numerics;
using System.Runtime.InteropServices;

namespace Forewave.Storage;

/// <summary>
/// CRC-32C over spans, by the processor's instruction where there is one. The instruction takes three cycles and can begin in
/// each: so three stretches are summed at the same time, and put together by what a stretch of zeros does to a sum.
/// </summary>
public static class Checksum
{
    private const int LongBytes = 2048;
    private const int ShortBytes = 256;

    private static readonly uint[] OverLong = OverZeros(LongBytes);
    private static readonly uint[] OverShort = OverZeros(ShortBytes);

    /// <summary>CRC-32C (start value and end inverted, as in RFC 3720) of a span.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(uint.MaxValue, bytes);

    /// <summary>CRC-32C of what a sum was made of and of a span behind it; the sum of nothing is 0.</summary>
    public static uint Continue(uint sum, ReadOnlySpan<byte> bytes) => ~Add(~sum, bytes);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 3 * ShortBytes)
        {
            bytes = AddThree(ref crc, bytes, LongBytes, OverLong);
            bytes = AddThree(ref crc, bytes, ShortBytes, OverShort);
        }

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return crc;
    }

    /// <summary>Adds three stretches at a time; returns what is left.</summary>
    private static ReadOnlySpan<byte> AddThree(scoped ref uint crc, ReadOnlySpan<byte> bytes, int stretchBytes, uint[] over)
    {
        while (bytes.Length >= 3 * stretchBytes)
        {
            ReadOnlySpan<ulong> first = MemoryMarshal.Cast<byte, ulong>(bytes[..stretchBytes]);
            ReadOnlySpan<ulong> second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(stretchBytes, stretchBytes))[..first.Length];
            ReadOnlySpan<ulong> third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * stretchBytes, stretchBytes))[..first.Length];
            uint one = crc;
            uint two = 0;
            uint three = 0;
            for (int i = 0; i < first.Length; i++)
            {
                one = BitOperations.Crc32C(one, first[i]);
                two = BitOperations.Crc32C(two, second[i]);
                three = BitOperations.Crc32C(three, third[i]);
            }

            crc = Shift(Shift(one, over) ^ two, over) ^ three;
            bytes = bytes[(3 * stretchBytes)..];
        }

        return bytes;
    }

    /// <summary>The sum after the zeros that a table was made for.</summary>
    private static uint Shift(uint crc, uint[] over) =>
        over[crc & 0xFF] ^ over[256 + ((crc >> 8) & 0xFF)] ^ over[512 + ((crc >> 16) & 0xFF)] ^ over[768 + (crc >> 24)];

    /// <summary>What so many zeros make of each value of each byte of a sum: the sum of a sum's parts is the parts' sum.</summary>
    private static uint[] OverZeros(int zeros)
    {
        uint[] over = new uint[4 * 256];
        for (int bit = 0; bit < 32; bit++)
        {
            uint crc = 1u << bit;
            for (int i = 0; i < zeros; i += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }

            int table = bit / 8 * 256;
            for (int value = 0; value < 256; value++)
            {
                over[table + value] ^= (value & (1 << (bit % 8))) != 0 ? crc : 0;
            }
        }

        return over;
    }
}
