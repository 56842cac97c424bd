using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson and Bernstein; the reference is siphash.c of github.com/veorq/SipHash), over a queue's
/// number as 8 bytes and the id. Who does not know the key can make no two ids that collide. Immutable, allocates nothing,
/// about 30 ns for a short id.
/// </summary>
internal sealed class SipHash128
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    private readonly ulong _key0;
    private readonly ulong _key1;

    public SipHash128(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);
    }

    /// <summary>Hashes under a new key: a secret one, or one that a seed gives.</summary>
    public static SipHash128 New(int? seed)
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyBytes);
        if (seed is { } given)
            new Random(given).NextBytes(key);
        return new SipHash128(key);
    }

    /// <summary>Copies the key.</summary>
    public void WriteKey(Span<byte> key)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(key, _key0);
        BinaryPrimitives.WriteUInt64LittleEndian(key[sizeof(ulong)..], _key1);
    }

    /// <summary>The hash of an id of a queue.</summary>
    public IdHash Of(uint queue, ReadOnlySpan<byte> id)
    {
        var rounds = new SipRounds(this);
        rounds.Take(queue);
        return Finish(ref rounds, id, sizeof(ulong));
    }

    /// <summary>The plain function, for its published test vectors.</summary>
    public IdHash Of(ReadOnlySpan<byte> bytes)
    {
        var rounds = new SipRounds(this);
        return Finish(ref rounds, bytes, 0);
    }

    private static IdHash Finish(ref SipRounds rounds, ReadOnlySpan<byte> bytes, int taken)
    {
        ulong length = (ulong)(byte)(bytes.Length + taken) << 56;
        while (bytes.Length >= sizeof(ulong))
        {
            rounds.Take(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        ulong last = length;
        for (int i = 0; i < bytes.Length; i++)
            last |= (ulong)bytes[i] << (8 * i);
        rounds.Take(last);
        return rounds.End();
    }

    private ref struct SipRounds
    {
        private ulong _v0;
        private ulong _v1;
        private ulong _v2;
        private ulong _v3;

        public SipRounds(SipHash128 key)
        {
            _v0 = key._key0 ^ 0x736f6d6570736575;
            _v1 = key._key1 ^ 0x646f72616e646f6d ^ 0xee;
            _v2 = key._key0 ^ 0x6c7967656e657261;
            _v3 = key._key1 ^ 0x7465646279746573;
        }

        public void Take(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public IdHash End()
        {
            _v2 ^= 0xee;
            ulong first = Mix();
            _v1 ^= 0xdd;
            return new IdHash { High = first, Low = Mix() };
        }

        private ulong Mix()
        {
            for (int i = 0; i < 4; i++)
                Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        private void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
