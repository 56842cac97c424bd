namespace Forewave.Outbox.Relaying;

/// <summary>What a claim has at most.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Bytes">Bytes of their messages; one row may have more.</param>
internal readonly record struct ClaimSize(int Rows, long Bytes);
