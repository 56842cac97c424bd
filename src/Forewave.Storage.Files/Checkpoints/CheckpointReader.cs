using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>Reads a checkpoint file, front to back, part by part. Costs the memory of the largest part.</summary>
internal static class CheckpointReader
{
    private const int ReadBytes = 1024 * 1024;

    /// <summary>Reads a whole file and gives nothing of it to anybody; says what is damaged, null when nothing is.</summary>
    /// <exception cref="StoreException">The file is of another format.</exception>
    public static string? FindDamage(IDisk disk, DiskPath path)
    {
        if (!disk.Exists(path))
        {
            return $"The checkpoint {path} is missing.";
        }

        try
        {
            Read(disk, path, static (in StatePart part, ReadOnlySpan<byte> state) => { });
            return null;
        }
        catch (StoreException broken) when (broken.Error == ErrorCode.LogDamaged)
        {
            return broken.Message;
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            return failure.Message;
        }
    }

    /// <summary>Gives every part to <paramref name="visit"/>, in the order in which they were written.</summary>
    /// <exception cref="StoreException">The file is of another format, torn or rotten.</exception>
    public static void Read(IDisk disk, DiskPath path, StatePartVisitor visit)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.ReadOnly);
        file.AdviseSequential();
        ReadFileHeader(file);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
        try
        {
            ReadParts(file, ref buffer, visit);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void ReadFileHeader(IDiskFile file)
    {
        Span<byte> header = stackalloc byte[CheckpointLayout.FileHeaderBytes];
        int read = file.Read(0, header);
        if (read == header.Length && CheckpointLayout.IsOfFirstVersion(header))
        {
            throw new StoreException(
                ErrorCode.FormatTooOld,
                $"{file.Path} has format 1, this version reads {CheckpointLayout.Version}. Drain the folder with the version that wrote it.");
        }

        if (read < header.Length
            || BinaryPrimitives.ReadUInt64LittleEndian(header) != CheckpointLayout.Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != CheckpointLayout.HeaderCrc(header, file.Path))
        {
            throw Broken(file, "the file header");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != CheckpointLayout.Version)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"{file.Path} has format {version}, this version reads {CheckpointLayout.Version}. Start the version that wrote it.");
        }
    }

    private static void ReadParts(IDiskFile file, ref byte[] buffer, StatePartVisitor visit)
    {
        Span<byte> header = stackalloc byte[CheckpointLayout.PartHeaderBytes];
        uint parts = 0;
        for (long at = CheckpointLayout.FileHeaderBytes; ; parts++)
        {
            if (file.Read(at, header) < header.Length
                || BinaryPrimitives.ReadUInt32LittleEndian(header) != Checksum.Of(header[4..]))
            {
                throw Broken(file, $"the header of part {parts}");
            }

            StatePart part = PartOf(header);
            if (part.Kind == StateKind.None)
            {
                if (part.Id != parts)
                {
                    throw Broken(file, $"the end: {part.Id} parts expected, {parts} found");
                }

                return;
            }

            at += CheckpointLayout.PartHeaderBytes;
            ReadOnlySpan<byte> state = ReadState(file, at, header, ref buffer);
            visit(part, state);
            at += state.Length;
        }
    }

    private static StatePart PartOf(ReadOnlySpan<byte> header) => new(
        (StateKind)header[12],
        BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
        LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(header[24..])),
        LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(header[32..])));

    private static ReadOnlySpan<byte> ReadState(IDiskFile file, long at, ReadOnlySpan<byte> header, ref byte[] buffer)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (length > buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        Span<byte> state = buffer.AsSpan(0, length);
        if (file.Read(at, state) < length || Checksum.Of(state) != BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
        {
            throw Broken(file, $"a part at byte {at}");
        }

        return state;
    }

    private static StoreException Broken(IDiskFile file, string where) => new(
        ErrorCode.LogDamaged,
        $"The checkpoint {file.Path} is damaged: {where} does not match its checksum.");
}
