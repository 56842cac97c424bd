using System.Globalization;

namespace Forewave.Protocol;

/// <summary>
/// Names a message for ever: its partition and the log position of its publish. As text <c>{partition}-{16 hex digits}</c>, for
/// example <c>0-0000100000000001</c>; known with the receipt. <c>default</c> is no id and throws on use.
/// </summary>
public readonly record struct MessageId : IComparable<MessageId>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>The longest text an id has, in characters and in bytes.</summary>
    public const int MaxTextLength = 5 + 1 + HexDigits;

    private const int HexDigits = 16;
    private readonly PartitionNumber _partition;
    private readonly LogPosition _position;

    /// <param name="partition">The partition that stored the message.</param>
    /// <param name="position">Where its publish stands in that partition's log.</param>
    /// <exception cref="ArgumentException">The position is <see cref="LogPosition.None"/>.</exception>
    public MessageId(PartitionNumber partition, LogPosition position)
    {
        if (position == LogPosition.None)
            throw new ArgumentException("a message has a log position", nameof(position));
        _partition = partition;
        _position = position;
    }

    /// <summary>The partition that stored the message.</summary>
    public PartitionNumber Partition => IsSet ? _partition : throw DefaultValue.Used(nameof(MessageId));

    /// <summary>Where its publish stands in that partition's log.</summary>
    public LogPosition Position => IsSet ? _position : throw DefaultValue.Used(nameof(MessageId));

    private bool IsSet => _position != LogPosition.None;

    /// <summary>Reads the text form; hex digits of either case, no other liberty.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        id = default;
        int dash = text.Length - HexDigits - 1;
        if (dash is < 1 or > 5 || text[dash] != '-')
            return false;
        var number = text[..dash];
        if (number.Length > 1 && number[0] == '0'
            || !ushort.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ushort partition)
            || !ulong.TryParse(text[(dash + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)
            || bits == 0)
        {
            return false;
        }
        id = new MessageId(new PartitionNumber(partition), LogPosition.FromBits(bits));
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(MessageId other)
    {
        int byPartition = _partition.CompareTo(other._partition);
        return byPartition != 0 ? byPartition : _position.CompareTo(other._position);
    }

    /// <summary>Writes the text form; false when <paramref name="destination"/> is too short.</summary>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{Partition.Value}-{Position.Bits:x16}", out charsWritten);

    /// <summary>The same as UTF-8.</summary>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default,
        IFormatProvider? provider = null) =>
        System.Text.Unicode.Utf8.TryWrite(
            utf8Destination, CultureInfo.InvariantCulture, $"{Partition.Value}-{Position.Bits:x16}", out bytesWritten);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>The text form; of a <c>default</c> the empty text.</summary>
    public override string ToString() =>
        IsSet ? string.Create(CultureInfo.InvariantCulture, $"{_partition.Value}-{_position.Bits:x16}") : "";
}
