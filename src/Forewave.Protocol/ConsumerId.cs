using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Forewave.Protocol;

/// <summary>
/// Names a consumer through its reconnects. 128 bits, never all zero; 16 bytes big-endian on the wire.
/// <c>default</c> is no id and throws when <see cref="Value"/> is read.
/// </summary>
public readonly record struct ConsumerId
{
    /// <summary>How many bytes it has.</summary>
    public const int ByteLength = 16;

    private readonly UInt128 _value;

    /// <param name="value">Any number but 0.</param>
    /// <exception cref="ArgumentException">It is 0.</exception>
    public ConsumerId(UInt128 value)
    {
        if (value == UInt128.Zero)
            throw new ArgumentException("an id is not 0", nameof(value));
        _value = value;
    }

    /// <summary>The number.</summary>
    public UInt128 Value => _value != UInt128.Zero ? _value : throw DefaultValue.Used(nameof(ConsumerId));

    /// <summary>A new one, from the system's random source.</summary>
    public static ConsumerId New()
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        ConsumerId id;
        do
            RandomNumberGenerator.Fill(bytes);
        while (!TryRead(bytes, out id));
        return id;
    }

    /// <summary>Whether <paramref name="bytes"/> are 16 and not all zero.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ConsumerId id)
    {
        id = default;
        if (bytes.Length != ByteLength)
            return false;
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        if (value == UInt128.Zero)
            return false;
        id = new ConsumerId(value);
        return true;
    }

    /// <summary>Writes its 16 bytes to the front of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter than that.</exception>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Its 16 bytes in a new array.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[ByteLength];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>32 hex digits.</summary>
    public override string ToString() => $"{_value:x32}";
}
