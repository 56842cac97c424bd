using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// A small file for each segment that every checkpoint covers, so that memory does not grow with the backlog: u32 CRC-32C of
/// the rest, u32 segment number, the summary. Written once, synced before the checkpoint that drops it from memory.
/// </summary>
internal sealed class SummaryFiles
{
    private const int HeaderBytes = 8;
    private const string Suffix = ".summary";

    private static readonly DiskPath Folder = new("summaries");

    private readonly IDisk _disk;

    public SummaryFiles(IDisk disk) => _disk = disk;

    /// <summary>Makes the folder; deletes the files of segments that are not in the log.</summary>
    public void Open(IReadOnlySet<SegmentNumber> inUse)
    {
        if (!_disk.Exists(Folder))
        {
            _disk.CreateFolder(Folder);
            _disk.SyncFolder(DiskPath.Root);
        }

        foreach (DiskPath path in _disk.List(Folder))
        {
            bool isUsed = uint.TryParse(path.Name.Replace(Suffix, string.Empty, StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, null, out uint number)
                && inUse.Contains(new SegmentNumber(number));
            if (!isUsed)
            {
                _disk.Delete(path);
            }
        }
    }

    /// <summary>Writes a summary; its name is durable after <see cref="SyncNames"/>.</summary>
    public void Write(SegmentNumber number, ReadOnlySpan<byte> body)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(HeaderBytes + body.Length);
        Span<byte> bytes = rented.AsSpan(0, HeaderBytes + body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], number.Value);
        body.CopyTo(bytes[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Checksum.Of(bytes[4..]));
        Delete(number);
        using IDiskFile file = _disk.Open(PathOf(number), DiskOpen.CreateNew);
        file.Write(0, bytes);
        file.Sync();
        ArrayPool<byte>.Shared.Return(rented);
    }

    public void SyncNames() => _disk.SyncFolder(Folder);

    /// <summary>The summary of a segment; null when it is missing, damaged or cannot be read.</summary>
    public SegmentSummary? Read(SegmentNumber number)
    {
        if (!_disk.Exists(PathOf(number)))
        {
            return null;
        }

        using IDiskFile file = _disk.Open(PathOf(number), DiskOpen.ReadOnly);
        byte[] rented = ArrayPool<byte>.Shared.Rent((int)file.Length);
        SegmentSummary? summary = Decode(number, rented.AsSpan(0, (int)file.Length), file);
        ArrayPool<byte>.Shared.Return(rented);
        return summary;
    }

    private static SegmentSummary? Decode(SegmentNumber number, Span<byte> bytes, IDiskFile file)
    {
        int read = Read(file, bytes);
        bool isWhole = read == bytes.Length
            && read >= HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes) == Checksum.Of(bytes[4..])
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == number.Value;
        return isWhole ? SegmentSummary.Decode(bytes[HeaderBytes..]) : null;
    }

    private static int Read(IDiskFile file, Span<byte> bytes)
    {
        try
        {
            return file.Read(0, bytes);
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return 0;
        }
    }

    public void Delete(SegmentNumber number)
    {
        if (_disk.Exists(PathOf(number)))
        {
            _disk.Delete(PathOf(number));
        }
    }

    private static DiskPath PathOf(SegmentNumber number) => Folder / $"{number.Value:x8}{Suffix}";
}
