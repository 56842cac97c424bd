using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Recovery;

/// <summary>What an opening found, and what goes on from there.</summary>
/// <param name="Start">Where appending goes on: at the barrier.</param>
/// <param name="Writer">Commits groups; owned by whoever takes this.</param>
/// <param name="Slices">The log's slices.</param>
/// <param name="Checkpoint">Number of the checkpoint that holds.</param>
/// <param name="Report">For who asked.</param>
internal sealed record RecoveredLog(GatherStart Start, GroupWriter Writer, LogSlices Slices, ulong Checkpoint, RecoveryReport Report);
