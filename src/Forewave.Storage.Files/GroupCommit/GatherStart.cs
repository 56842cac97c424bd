using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>Where the log goes on after recovery.</summary>
/// <param name="Segment">The segment that is written.</param>
/// <param name="NextByte">The first free byte in it.</param>
/// <param name="Last">Position of the last record.</param>
/// <param name="LastTime">Its time.</param>
internal readonly record struct GatherStart(Segment Segment, int NextByte, LogPosition Last, Timestamp LastTime);
