using Forewave.Protocol;

namespace Forewave.Storage.Files.Segments;

/// <summary>A record's place in its segment.</summary>
/// <param name="First">Its first position.</param>
/// <param name="Byte">Where it begins.</param>
internal readonly record struct NotedPlace(LogPosition First, int Byte);
