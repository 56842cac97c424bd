namespace Forewave.Storage.Files.Segments;

/// <summary>A record's header as it stands in a segment.</summary>
/// <param name="Header">What the engine sees of it.</param>
/// <param name="Flags">Its bits.</param>
/// <param name="PayloadBytes">Length of the payload, without padding.</param>
/// <param name="PayloadCrc">CRC-32C of the payload.</param>
internal readonly record struct StoredHeader(
    RecordHeader Header,
    RecordFlags Flags,
    int PayloadBytes,
    uint PayloadCrc)
{
    /// <summary>Bytes that the record takes in its segment.</summary>
    public int RecordBytes => SegmentLayout.RecordBytes(PayloadBytes);
}
