using System.Buffers.Binary;
using Forewave.Protocol.Frames;

namespace Forewave.Broker;

/// <summary>
/// An ordering key as the engine knows it: 64 bits of it. Two keys with one hash are taken for one key, which only orders more
/// than was asked for. The hash stands in records and checkpoints: the function never changes.
/// </summary>
/// <param name="Value">0: no ordering key.</param>
internal readonly record struct OrderingKeyHash(ulong Value)
{
    private const ulong Seed = 0xCBF2_9CE4_8422_2325;
    private const ulong Prime = 0x9E37_79B9_7F4A_7C15;

    /// <summary>No ordering key.</summary>
    public static OrderingKeyHash None => default;

    /// <summary>The message has no ordering key.</summary>
    public bool IsNone => Value == 0;

    /// <summary>The hash of a key as UTF-8; none of an empty one.</summary>
    public static OrderingKeyHash Of(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty)
            return None;
        ulong hash = Seed + (ulong)key.Length;
        while (key.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key));
            key = key[sizeof(ulong)..];
        }
        ulong rest = 0;
        for (int i = 0; i < key.Length; i++)
            rest |= (ulong)key[i] << (8 * i);
        hash = Mix(hash ^ rest);
        return new OrderingKeyHash(hash == 0 ? 1 : hash);
    }

    /// <summary>The hash of the ordering key of an encoded, valid message.</summary>
    public static OrderingKeyHash OfMessage(ReadOnlySpan<byte> message) => Of(OrderingKeyReader.Read(message));

    private static ulong Mix(ulong hash)
    {
        hash *= Prime;
        hash ^= hash >> 32;
        hash *= Prime;
        return hash ^ hash >> 29;
    }
}
