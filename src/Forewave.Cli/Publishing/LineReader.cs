namespace Forewave.Cli.Publishing;

/// <summary>
/// Lines of a stream, without their ends, read in blocks. A last line without an end is a line; nothing after the last end is
/// none. One caller at a time.
/// </summary>
internal sealed class LineReader(Stream stream, int maxLineBytes)
{
    private byte[] _block = new byte[256 * 1024];
    private int _start;
    private int _end;
    private int _searched;
    private bool _isAtEnd;

    /// <summary>The next line that is here already; valid until the next read.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        int length = _block.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (length < 0)
        {
            _searched = _end;
            line = _block.AsMemory(_start, _end - _start);
            if (!_isAtEnd || _start == _end)
                return false;
            _start = _end;
            return true;
        }
        int end = _searched + length;
        line = _block.AsMemory(_start, end - _start);
        _start = _searched = end + 1;
        return true;
    }

    /// <summary>Reads on; false at the stream's end, when <see cref="TryRead"/> gives what is left.</summary>
    /// <exception cref="IOException">A line is longer than it may be.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        MakeRoom();
        int read = await stream.ReadAsync(_block.AsMemory(_end), cancellation);
        _end += read;
        _isAtEnd = read == 0;
        return !_isAtEnd;
    }

    private void MakeRoom()
    {
        int kept = _end - _start;
        if (kept > maxLineBytes)
            throw new IOException($"a line is longer than {maxLineBytes} bytes, which no message may be");
        byte[] block = kept > _block.Length / 2 ? new byte[_block.Length * 2] : _block;
        _block.AsSpan(_start, kept).CopyTo(block);
        _searched -= _start;
        (_block, _start, _end) = (block, 0, kept);
    }
}
