using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Forewave.Protocol.Routes;

/// <summary>
/// The hash slot of an ordering key or deduplication id: CRC-32C (RFC 3720) of its bytes modulo <see cref="Limits.Slots"/>. For ever the
/// same, in every language: proto/vectors/slots.json.
/// </summary>
public static class KeySlot
{
    /// <summary>The slot of a key's UTF-8 bytes, 0 to 1,023. Costs about a nanosecond for 8 bytes.</summary>
    public static int Of(ReadOnlySpan<byte> key)
    {
        uint crc = uint.MaxValue;
        for (; key.Length >= sizeof(ulong); key = key[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(key));
        foreach (byte rest in key)
            crc = BitOperations.Crc32C(crc, rest);
        return (int)(~crc % Limits.Slots);
    }

    /// <summary>The slot of a key; no allocation for keys within their limit.</summary>
    public static int Of(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int most = Encoding.UTF8.GetMaxByteCount(key.Length);
        Span<byte> bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
        return Of(bytes[..Encoding.UTF8.GetBytes(key, bytes)]);
    }
}
