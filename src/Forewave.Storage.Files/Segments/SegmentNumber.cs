namespace Forewave.Storage.Files.Segments;

/// <summary>
/// A segment's place in the log, from 1. It stays when recovery writes the segment again into another file, so that what
/// the index says of a record's place stays true.
/// </summary>
/// <param name="Value">Never used twice.</param>
internal readonly record struct SegmentNumber(uint Value) : IComparable<SegmentNumber>
{
    public SegmentNumber Next => new(checked(Value + 1));

    public int CompareTo(SegmentNumber other) => Value.CompareTo(other.Value);

    public override string ToString() => $"{Value}";
}
