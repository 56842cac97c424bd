namespace Forewave.Cli.Output;

/// <summary>
/// Stdout in blocks. One thread at a time. What was appended has reached the other side when <see cref="Flush"/> returned;
/// a reader that has gone away is an <see cref="IOException"/>.
/// </summary>
internal sealed class OutputBuffer : IDisposable
{
    private const int BlockBytes = 256 * 1024;

    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly byte[] _block = new byte[BlockBytes];
    private int _used;

    /// <summary>The block is half full: flush before going on.</summary>
    public bool IsDue => _used > BlockBytes / 2;

    /// <summary>Appends bytes and a line's end.</summary>
    public void AppendLine(ReadOnlySpan<byte> line)
    {
        if (line.Length + 1 > BlockBytes - _used)
            Write();
        if (line.Length + 1 > BlockBytes)
        {
            _output.Write(line);
            line = default;
        }
        line.CopyTo(_block.AsSpan(_used));
        _block[_used + line.Length] = (byte)'\n';
        _used += line.Length + 1;
    }

    /// <summary>Hands everything on: a pipe or file has it then.</summary>
    public void Flush()
    {
        Write();
        _output.Flush();
    }

    public void Dispose()
    {
        Write();
        _output.Dispose();
    }

    private void Write()
    {
        int used = _used;
        _used = 0;
        if (used > 0)
            _output.Write(_block, 0, used);
    }
}
