using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Where in a segment messages stand whose ids are not those of the segment's own records.</summary>
/// <param name="First">Position that the first message was published at.</param>
/// <param name="Messages">Messages in it.</param>
internal readonly record struct CarriedPlace(LogPosition First, int Messages)
{
    /// <summary>Where its record begins.</summary>
    public required int Byte { get; init; }

    /// <summary>They came out of a lane: <see cref="RecordType.Released"/>, or what was carried over of such a record.</summary>
    public bool IsReleased { get; init; }

    public bool Holds(LogPosition position) => position >= First && position.Bits - First.Bits < (uint)Messages;

    /// <summary>Of a record that stands at a place, by its own header.</summary>
    public static CarriedPlace Of(in RecordHeader header, int recordByte = 0)
    {
        bool isReleased = header.Type == RecordType.Released;
        LogPosition first = isReleased ? LogPosition.FromBits(header.Sequence) : header.Position;
        return new CarriedPlace(first, header.Count) { Byte = recordByte, IsReleased = isReleased };
    }
}
