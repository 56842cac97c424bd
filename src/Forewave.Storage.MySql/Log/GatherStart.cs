using Forewave.Protocol;

namespace Forewave.Storage.MySql.Log;

/// <summary>Where appending goes on.</summary>
/// <param name="Last">The last position given.</param>
/// <param name="Time">The time before which the clock must not go.</param>
internal readonly record struct GatherStart(LogPosition Last, Timestamp Time);
