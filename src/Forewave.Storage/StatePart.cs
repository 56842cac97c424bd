using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>What a part of a checkpoint holds, and what of the log is in it.</summary>
/// <param name="Kind">Which kind of state.</param>
/// <param name="Id">Queue id or group id; 0 where there is one of the kind.</param>
/// <param name="Dispatched">Publishes up to here are in it.</param>
/// <param name="Tail">Records of its own owner up to here are in it.</param>
public readonly record struct StatePart(StateKind Kind, uint Id, LogPosition Dispatched, LogPosition Tail);
