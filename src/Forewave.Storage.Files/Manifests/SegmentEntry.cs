using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Manifests;

/// <summary>One file of the log, as MANIFEST lists it. A segment that recovery wrote again in part has two.</summary>
/// <param name="Number">The segment.</param>
/// <param name="File">The file.</param>
/// <param name="Generation">Of the file's present use: the one of every record in it.</param>
/// <param name="From">Records from this byte of the segment on are in this file; <see cref="SegmentLayout.HeaderBytes"/> for all.</param>
/// <param name="FirstPosition">Position of the first record there; none as long as it is not known.</param>
internal readonly record struct SegmentEntry(
    SegmentNumber Number,
    SegmentFileId File,
    Generation Generation,
    int From,
    LogPosition FirstPosition);
