using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Backups;

/// <summary>A file of a backup folder.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Crc">CRC-32C of all of it.</param>
internal sealed record BackupFile(DiskPath Path, long LengthBytes, uint Crc);
