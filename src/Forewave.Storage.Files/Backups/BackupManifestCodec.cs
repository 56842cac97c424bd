using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>
/// The bytes of a backup's manifest: one line of JSON, then a line with <c>crc32c</c> and the CRC-32C of the first line without its end,
/// in 8 hex digits. docs/log-format.md has the members. Positions are texts of 16 hex digits, times Unix milliseconds.
/// </summary>
internal static class BackupManifestCodec
{
    /// <summary>Version of the format.</summary>
    public const int Version = 1;

    private const string Seal = "crc32c ";
    private const int SealBytes = 16;

    public static byte[] Encode(BackupManifest manifest)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            WriteHead(writer, manifest);
            WriteFile(writer, "checkpointFile", manifest.CheckpointFile);
            writer.WriteStartArray("slices");
            foreach (BackupFile slice in manifest.Slices)
            {
                WriteFile(writer, null, slice);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("segments");
            foreach (BackupSegment segment in manifest.Segments)
            {
                WriteSegment(writer, segment);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        uint crc = Checksum.Of(buffer.WrittenSpan);
        buffer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{Seal}{crc:x8}\n")));
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="StoreException">It is not what was written, or of a newer format.</exception>
    public static BackupManifest Decode(ReadOnlyMemory<byte> bytes, DiskPath path)
    {
        ReadOnlySpan<byte> line = bytes.Span[..Math.Max(bytes.Length - SealBytes - 1, 0)];
        string seal = string.Create(CultureInfo.InvariantCulture, $"\n{Seal}{Checksum.Of(line):x8}\n");
        if (line.IsEmpty || !bytes.Span[line.Length..].SequenceEqual(Encoding.ASCII.GetBytes(seal)))
        {
            throw new StoreException(ErrorCode.BackupDamaged, $"The backup's manifest {path} does not match its checksum. Use another backup.");
        }

        using JsonDocument document = JsonDocument.Parse(bytes[..line.Length]);
        JsonElement root = document.RootElement;
        int version = root.GetProperty("version").GetInt32();
        return version <= Version
            ? Read(root)
            : throw new StoreException(ErrorCode.FormatTooNew, $"The backup {path} has format {version}, this program reads up to {Version}. Use the version that wrote it.");
    }

    private static void WriteHead(Utf8JsonWriter writer, BackupManifest manifest)
    {
        writer.WriteNumber("version", Version);
        writer.WriteNumber("number", manifest.Number);
        writer.WriteNumber("salt", manifest.Origin.Salt);
        writer.WriteNumber("partition", manifest.Origin.Partition.Value);
        writer.WriteNumber("segmentBytes", manifest.Origin.SegmentBytes);
        writer.WriteNumber("restoredAt", manifest.Origin.RestoredAt.Value);
        writer.WriteNumber("epoch", manifest.Epoch.Value);
        writer.WriteNumber("nextGeneration", manifest.NextGeneration);
        writer.WriteNumber("nextSegment", manifest.NextSegment.Value);
        writer.WriteNumber("checkpoint", manifest.Checkpoint);
        writer.WriteNumber("replaySegment", manifest.ReplayFrom.Segment.Value);
        writer.WriteNumber("replayByte", manifest.ReplayFrom.Byte);
        writer.WriteString("replayPosition", manifest.ReplayPosition.ToString());
        writer.WriteNumber("begun", manifest.Begun.UnixMilliseconds);
        writer.WriteNumber("ended", manifest.Ended.UnixMilliseconds);
        writer.WriteString("end", manifest.End.ToString());
        writer.WriteNumber("endTime", manifest.EndTime.UnixMilliseconds);
        writer.WriteNumber("damagedPositions", manifest.DamagedPositions);
    }

    private static void WriteSegment(Utf8JsonWriter writer, BackupSegment segment)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", segment.Number.Value);
        writer.WriteNumber("generation", segment.Generation);
        writer.WriteNumber("from", segment.From);
        writer.WriteString("first", segment.First.ToString());
        writer.WriteString("last", segment.Last.ToString());
        writer.WriteNumber("lastTime", segment.LastTime.UnixMilliseconds);
        WriteFile(writer, "file", segment.File);
        writer.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter writer, string? name, BackupFile file)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }

        writer.WriteStartObject();
        writer.WriteString("path", file.Path.Value);
        writer.WriteNumber("bytes", file.LengthBytes);
        writer.WriteNumber("crc", file.Crc);
        writer.WriteEndObject();
    }

    private static BackupManifest Read(JsonElement root) => new()
    {
        Number = root.GetProperty("number").GetUInt32(),
        Origin = new BackupOrigin(
            root.GetProperty("salt").GetUInt32(),
            new PartitionNumber(root.GetProperty("partition").GetUInt16()),
            root.GetProperty("segmentBytes").GetInt32(),
            new Epoch(root.GetProperty("restoredAt").GetUInt32())),
        Epoch = new Epoch(root.GetProperty("epoch").GetUInt32()),
        NextGeneration = root.GetProperty("nextGeneration").GetUInt32(),
        NextSegment = new SegmentNumber(root.GetProperty("nextSegment").GetUInt32()),
        Checkpoint = root.GetProperty("checkpoint").GetUInt64(),
        ReplayFrom = new LogPlace(new SegmentNumber(root.GetProperty("replaySegment").GetUInt32()), root.GetProperty("replayByte").GetInt32()),
        ReplayPosition = PositionOf(root, "replayPosition"),
        Begun = new Timestamp(root.GetProperty("begun").GetInt64()),
        Ended = new Timestamp(root.GetProperty("ended").GetInt64()),
        End = PositionOf(root, "end"),
        EndTime = new Timestamp(root.GetProperty("endTime").GetInt64()),
        DamagedPositions = root.GetProperty("damagedPositions").GetUInt64(),
        CheckpointFile = FileOf(root.GetProperty("checkpointFile")),
        Slices = [.. root.GetProperty("slices").EnumerateArray().Select(FileOf)],
        Segments = [.. root.GetProperty("segments").EnumerateArray().Select(SegmentOf)],
    };

    private static BackupSegment SegmentOf(JsonElement segment) => new()
    {
        Number = new SegmentNumber(segment.GetProperty("number").GetUInt32()),
        Generation = segment.GetProperty("generation").GetUInt32(),
        From = segment.GetProperty("from").GetInt32(),
        First = PositionOf(segment, "first"),
        Last = PositionOf(segment, "last"),
        LastTime = new Timestamp(segment.GetProperty("lastTime").GetInt64()),
        File = FileOf(segment.GetProperty("file")),
    };

    private static BackupFile FileOf(JsonElement file) =>
        new(new DiskPath(file.GetProperty("path").GetString()!), file.GetProperty("bytes").GetInt64(), file.GetProperty("crc").GetUInt32());

    private static LogPosition PositionOf(JsonElement element, string name) =>
        LogPosition.FromBits(ulong.Parse(element.GetProperty(name).GetString()!, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
}
