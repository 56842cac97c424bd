namespace Forewave.Storage.MySql.Log;

/// <summary>Who sees what the log's writer does.</summary>
/// <param name="Counters">For metrics.</param>
/// <param name="Told">Told when the database goes away and comes back.</param>
internal sealed record LogWatch(LogCounters Counters, Action<string> Told);
