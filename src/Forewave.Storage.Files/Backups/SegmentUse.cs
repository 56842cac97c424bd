namespace Forewave.Storage.Files.Backups;

/// <summary>What a segment that MANIFEST names is to the log.</summary>
internal enum SegmentUse
{
    /// <summary>Ready to be written, or recycled: no record of the log is in it.</summary>
    None,

    /// <summary>Nothing will be written to it any more.</summary>
    Sealed,

    /// <summary>Records are added to it.</summary>
    Active,
}
