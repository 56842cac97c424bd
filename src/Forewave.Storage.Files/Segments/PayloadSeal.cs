namespace Forewave.Storage.Files.Segments;

/// <summary>Length and CRC of a payload.</summary>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Crc">CRC-32C.</param>
internal readonly record struct PayloadSeal(int Bytes, uint Crc);
