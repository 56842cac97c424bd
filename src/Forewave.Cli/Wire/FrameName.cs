namespace Forewave.Cli.Wire;

/// <summary>What a frame is.</summary>
/// <param name="Correlation">Which request it is, or answers; 0: none.</param>
/// <param name="Command">Its command or answer; as the schema names it; unknown: one that this version does not know.</param>
internal readonly record struct FrameName(ulong Correlation, string Command);
