using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Records that are to be carried.</summary>
/// <param name="Drafts">The new records.</param>
/// <param name="Next">The offset to go on from.</param>
internal sealed record CarriedBatch(List<RecordDraft> Drafts, Offset Next);
