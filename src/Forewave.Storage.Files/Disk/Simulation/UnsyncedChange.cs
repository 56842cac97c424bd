namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>A change of a file that no sync has made durable.</summary>
/// <param name="Offset">Where the sectors begin; a multiple of the sector size.</param>
/// <param name="Sectors">
/// The whole sectors as they were in the cache after this change, because whole sectors are what gets written; empty for
/// one that changed the length alone.
/// </param>
/// <param name="LengthAfter">The file's length after this change.</param>
/// <param name="IsCut">Whether all bytes from <paramref name="LengthAfter"/> on became zeros.</param>
internal readonly record struct UnsyncedChange(long Offset, byte[] Sectors, long LengthAfter, bool IsCut);
