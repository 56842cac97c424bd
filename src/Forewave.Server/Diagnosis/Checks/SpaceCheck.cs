using Forewave.Server.Interop;
using Forewave.Storage.Files;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>disk-space</c>: what is free, next to the guard below which publishes are refused.</summary>
internal static class SpaceCheck
{
    private const string Check = "disk-space";
    private const long FewInodes = 1_000;

    // A folder begins with its spare and reserved segments; one that has them needs room for one more now and then.
    private const long RoomToWork = 1024L * 1024 * 1024;

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        if (!scene.IsOnFiles || LibC.StatFileSystem(scene.ExistingFolder, out var fields) != 0)
            yield break;
        SpaceState state = new()
        {
            FreeBytes = (long)fields.AvailableBlocks * fields.BlockBytes, TotalBytes = (long)fields.Blocks * fields.BlockBytes,
            FreeInodes = fields.Inodes == 0 ? long.MaxValue : (long)fields.FreeInodes,
        };
        yield return Of(state, scene.Options.MinFreeBytes);
    }

    /// <summary>What there is to say of a state and the guard.</summary>
    public static Finding Of(SpaceState state, long guardBytes)
    {
        long segmentBytes = FilesStore.DefaultSegmentBytes;
        var (level, advice) = state switch
        {
            _ when state.FreeBytes < guardBytes + segmentBytes => (FindingLevel.Fault, "Publishes are refused (DiskFull), or will be with the next segment: free space, shorten retention, purge queues, or lower minFreeBytes."),
            _ when state.FreeBytes < guardBytes + RoomToWork => (FindingLevel.Warning, "There is room for few segments: free space, or shorten retention."),
            { FreeInodes: < FewInodes } => (FindingLevel.Warning, "The file system has few inodes left: delete files, or make it anew with more of them."),
            _ => (FindingLevel.Fine, (string?)null),
        };
        return new Finding(Check, level)
        {
            Text = $"{Sizes.Text(state.FreeBytes)} of {Sizes.Text(state.TotalBytes)} are free; publishes are refused below {Sizes.Text(guardBytes)}",
            Advice = advice,
            Values = new Dictionary<string, object> { ["freeBytes"] = state.FreeBytes, ["totalBytes"] = state.TotalBytes, ["guardBytes"] = guardBytes },
        };
    }
}
