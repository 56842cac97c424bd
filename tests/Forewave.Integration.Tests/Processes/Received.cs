namespace Forewave.Integration.Tests.Processes;

/// <summary>The bytes that a process printed so far.</summary>
internal sealed class Received(int capacity)
{
    private readonly MemoryStream _bytes = new(capacity);
    private readonly byte[] _block = new byte[64 * 1024];

    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.GetBuffer().AsSpan(0, (int)_bytes.Length);

    /// <summary>Reads on until there are so many, or the output ends.</summary>
    public async Task ReadUntilAsync(Stream output, long total)
    {
        while (_bytes.Length < total && await output.ReadAsync(_block) is > 0 and var read)
            _bytes.Write(_block, 0, read);
    }

    /// <summary>Reads the rest.</summary>
    public Task ReadToEndAsync(Stream output) => ReadUntilAsync(output, long.MaxValue);
}
