namespace Forewave.Outbox.Relaying;

/// <summary>The number of the last claim of an outbox; it never goes back.</summary>
internal readonly record struct LastClaim(long Number);
