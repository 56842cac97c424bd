namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>One operation that changes a <see cref="PowerLossDisk"/>, as its hooks are told of it.</summary>
/// <param name="Number">Counts from 1 on each disk; equal in every run of the same calls.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Path">The file as it was opened, or the folder; for a rename the old name.</param>
/// <param name="Range">For a write the bytes written; for a truncate or preallocate the new length from 0; else empty.</param>
public readonly record struct DiskOperation(long Number, DiskOperationKind Kind, DiskPath Path, ByteRange Range);
