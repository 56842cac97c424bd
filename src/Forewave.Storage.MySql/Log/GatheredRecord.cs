namespace Forewave.Storage.MySql.Log;

/// <summary>A record that has its position and waits to be written.</summary>
/// <param name="Block">Where it is.</param>
/// <param name="At">Where in it.</param>
internal readonly record struct GatheredRecord(RecentBlock Block, int At);
