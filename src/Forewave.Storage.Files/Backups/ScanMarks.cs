using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>Records that a scan takes note of.</summary>
/// <param name="Committed">Everything up to here was committed.</param>
/// <param name="Sought">Where a record is looked for that ends there; none: nowhere.</param>
internal readonly record struct ScanMarks(LogPosition Committed, LogPosition Sought);
