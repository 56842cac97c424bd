namespace Forewave.Coordination.Members;

/// <summary>The time since a database's receiver was started last, in which nothing that it received can be gone.</summary>
/// <param name="Name">Random, never used again: what the record names.</param>
/// <param name="Broken">
/// Cancelled as soon as it is not certain any more that database and receiver have gone on without a break. Being late with it is what
/// would lose messages: it is to be cancelled when the connection that watches them is lost, not when their restart is seen.
/// </param>
public sealed record ReceiverRun(string Name, CancellationToken Broken);
