using Forewave.Protocol;
using Forewave.Storage.Files.GroupCommit;

namespace Forewave.Storage.Files.Recovery;

/// <summary>What recovery leaves to the running store.</summary>
/// <param name="Start">Where the log goes on; its last record is the barrier.</param>
/// <param name="Epoch">The epoch of this opening.</param>
/// <param name="Report">For operators.</param>
internal sealed record RecoveredLog(GatherStart Start, Epoch Epoch, RecoveryReport Report);
