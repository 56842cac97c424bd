namespace Forewave.Storage;

/// <summary>What a round of recycling did.</summary>
/// <param name="SegmentsRecycled">Segments that can be written again.</param>
/// <param name="CarriedOver">Bytes of live records that were written again.</param>
public readonly record struct ReclaimReport(int SegmentsRecycled, ByteCount CarriedOver);
