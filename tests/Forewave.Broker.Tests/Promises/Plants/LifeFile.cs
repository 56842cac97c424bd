using System.Buffers.Binary;
using Forewave.Broker.Tests.Promises.TurnTaking;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Broker.Tests.Promises.Plants;

/// <summary>A file of a <see cref="LifeDisk"/>. Thread-safe.</summary>
internal sealed class LifeFile(LifeDisk disk, IDiskFile file) : IDiskFile
{
    private const int GenerationByte = 28;
    private readonly bool _isSegment = file.Path.Folder == SegmentFileId.Folder;

    public DiskPath Path => file.Path;

    public long Length => file.Length;

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        PauseInSegment();
        disk.Change(() => { });
        file.Write(offset, bytes);
    }

    public void WriteGather(long offset, ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        disk.Change(() => { });
        file.WriteGather(offset, pieces);
    }

    public int Read(long offset, Span<byte> destination)
    {
        PauseInSegment();
        disk.CheckAlive();
        int read = file.Read(offset, destination);
        if (disk.Plant == Plant.RecycledNotChecked && _isSegment && offset > 0)
            MakePresent(destination[..read]);
        return read;
    }

    public void Preallocate(long lengthBytes) => disk.Change(() => file.Preallocate(lengthBytes));

    public void Truncate(long lengthBytes) => disk.Change(() => file.Truncate(lengthBytes));

    public void Sync()
    {
        PauseInSegment();
        if (_isSegment)
            disk.SyncSegment(file);
        else
            disk.Change(file.Sync);
        PauseInSegment();
    }

    public void AdviseSequential() => file.AdviseSequential();

    public void AdviseDontNeed(ByteRange range) => file.AdviseDontNeed(range);

    public void Dispose()
    {
        // A late sync may still need it; the simulated disk has no descriptors to run out of.
    }

    // Others go on while a disk works. Around segments nobody who reads or writes them holds a lock.
    private void PauseInSegment()
    {
        if (_isSegment)
            BatonPump.Pause();
    }

    // Every whole record gets the generation of the file's header block, as if nobody compared it.
    private void MakePresent(Span<byte> bytes)
    {
        byte[] block = new byte[SegmentLayout.HeaderBytes];
        file.Read(0, block);
        if (SegmentHeader.Decode(block) is not { } header)
            return;
        for (int at = 0; at + RecordCodec.HeaderBytes <= bytes.Length; at += SegmentLayout.Alignment)
        {
            var written = header.Generation with { Value = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + GenerationByte)..]) };
            if (written != header.Generation && RecordCodec.TryRead(bytes[at..], written, out _))
                RecordCodec.Seal(bytes[at..], header.Generation, startsGroup: false);
        }
    }
}
