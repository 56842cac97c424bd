using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>Where replay begins.</summary>
/// <param name="Place">The record's place.</param>
/// <param name="Position">Its position.</param>
internal readonly record struct ReplayStart(LogPlace Place, LogPosition Position)
{
    /// <summary>The log's first record, with no state before it.</summary>
    public static ReplayStart Beginning => new(default, LogPosition.None);

    /// <summary>Makes it a part of its checkpoint: id is the segment, the positions that of the record, the state its byte.</summary>
    public void WriteTo(IStateWriter writer)
    {
        Span<byte> state = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(state, Place.Byte);
        writer.Write(new StatePart(StateKind.StoreReplay, Place.Segment.Value, Position, Position), state);
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static ReplayStart Read(in StatePart part, ReadOnlySpan<byte> state) =>
        new(new LogPlace(new SegmentNumber(part.Id), BinaryPrimitives.ReadInt32LittleEndian(state)), part.Tail);
}
