using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>Where replay begins.</summary>
/// <param name="Place">The record's place.</param>
/// <param name="Position">Its position.</param>
internal readonly record struct ReplayStart(LogPlace Place, LogPosition Position);
