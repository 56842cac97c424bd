using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>The parts of a store that recovery fills.</summary>
internal sealed record RecoveryParts(
    ManifestStore Manifests,
    SegmentTable Segments,
    SpareSegments Spares,
    QueueIndexes Indexes,
    SummaryFiles Summaries,
    IndexedLog Log);
