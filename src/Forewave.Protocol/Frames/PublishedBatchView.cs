using System.Buffers.Binary;

namespace Forewave.Protocol.Frames;

/// <summary>The broker's answer to one batch of a Publish: stored, stored before, or refused.</summary>
public readonly ref struct PublishedBatchView
{
    private readonly ReadOnlySpan<byte> _positions;
    private readonly ReadOnlySpan<byte> _repeated;

    internal PublishedBatchView(ReadOnlySpan<byte> positions, ReadOnlySpan<byte> repeated)
    {
        _positions = positions;
        _repeated = repeated;
    }

    /// <summary>The first message's log position; <see cref="LogPosition.None"/> where refused.</summary>
    public LogPosition FirstPosition { get; init; }

    /// <summary>How safely they are stored.</summary>
    public Durability Durability { get; init; }

    /// <summary>Whether all of them were stored before, under these sequences or with these deduplication ids.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Whether each message's position is listed, because they are not consecutive.</summary>
    public bool HasPositions => !_positions.IsEmpty;

    /// <summary>Whether only some of the messages were stored before; then positions are listed.</summary>
    public bool HasRepeats => !_repeated.IsEmpty;

    /// <summary>How many positions are listed.</summary>
    public int PositionCount => _positions.Length / sizeof(ulong);

    /// <summary>Where the encoded Error stands in the frame; empty where the batch was not refused.</summary>
    public ByteRange Error { get; init; }

    /// <summary>Whether the batch was refused.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether one message of the batch was stored before.</summary>
    /// <param name="index">Its place in the batch, from 0.</param>
    public bool IsRepeat(int index) =>
        IsDuplicate || (index / 8 < _repeated.Length && (_repeated[index / 8] & 1 << (index % 8)) != 0);

    /// <summary>The log position of one message of the batch.</summary>
    /// <param name="index">Its place in the batch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Positions are listed, and there is none for this place.</exception>
    public LogPosition PositionOf(int index)
    {
        if (_positions.IsEmpty)
            return FirstPosition.Plus((ulong)index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)PositionCount, nameof(index));
        return LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(_positions[(index * sizeof(ulong))..]));
    }
}
