namespace Forewave.Storage.MySql.Replication;

/// <summary>A run that has begun (decision 0051).</summary>
/// <param name="Name">Random: what inSync says.</param>
/// <param name="Broken">Cancelled when it is not certain any more that database and receiver go on.</param>
public sealed record FollowedRun(string Name, CancellationToken Broken);
