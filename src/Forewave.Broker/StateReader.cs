using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker;

/// <summary>Reads parts of a checkpoint, little-endian. Bytes that end too early throw: the checkpoint cannot be used.</summary>
internal ref struct StateReader
{
    private ReadOnlySpan<byte> _rest;

    public StateReader(ReadOnlySpan<byte> state) => _rest = state;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads the version, which must be the one that is known.</summary>
    public void ExpectVersion(byte version, string what)
    {
        byte found = Byte();
        if (found != version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew, $"{what} of the checkpoint has version {found}, this broker reads {version}; start the newer one");
        }
    }

    public byte Byte() => Bytes(1)[0];

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));

    /// <summary>Bytes after one byte that holds their length.</summary>
    public ReadOnlySpan<byte> ShortBytes() => Bytes(Byte());

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
            throw new StoreException(ErrorCode.LogDamaged, $"a part of the checkpoint ends {count - _rest.Length} bytes too early");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }
}
