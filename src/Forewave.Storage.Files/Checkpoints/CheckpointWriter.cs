using System.Buffers.Binary;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Checkpoints;

/// <summary>
/// Writes a checkpoint file, front to back. Thread-safe. What was thrown leaves a file without an end, which no reader
/// accepts; the caller deletes it.
/// </summary>
internal sealed class CheckpointWriter : IStateWriter, IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly IDiskFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private long _written;
    private uint _parts;

    /// <summary>Creates the file; its name is durable after the caller has synced the folder.</summary>
    public CheckpointWriter(IDisk disk, DiskPath path)
    {
        _file = disk.Open(path, DiskOpen.CreateNew);
        Span<byte> header = stackalloc byte[CheckpointLayout.FileHeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, CheckpointLayout.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], CheckpointLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], CheckpointLayout.HeaderCrc(header, path));
        Append(header);
    }

    /// <inheritdoc/>
    public void Write(in StatePart part, ReadOnlySpan<byte> state)
    {
        lock (_lock)
        {
            WritePart(part, state);
            _parts++;
        }
    }

    /// <summary>Writes the end and makes the file durable. Returns its length in bytes.</summary>
    public long Finish()
    {
        lock (_lock)
        {
            WritePart(new StatePart(StateKind.None, _parts, default, default), []);
            FlushBuffer();
            _file.Sync();
            return _written;
        }
    }

    public void Dispose() => _file.Dispose();

    private void WritePart(in StatePart part, ReadOnlySpan<byte> state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(state.Length, CheckpointLayout.MaxStateBytes);
        Span<byte> header = stackalloc byte[CheckpointLayout.PartHeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum.Of(state));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], state.Length);
        header[12] = (byte)part.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], part.Id);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], part.Dispatched.Bits);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], part.Tail.Bits);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Checksum.Of(header[4..]));
        Append(header);
        Append(state);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int fits = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes[..fits].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += fits;
            bytes = bytes[fits..];
            if (_buffered == _buffer.Length)
            {
                FlushBuffer();
            }
        }
    }

    private void FlushBuffer()
    {
        _file.Write(_written, _buffer.AsSpan(0, _buffered));
        _written += _buffered;
        _buffered = 0;
    }
}
