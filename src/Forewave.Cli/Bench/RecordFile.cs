using System.Text.Unicode;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// The file that says what was acknowledged: <c>producer sequence queue messageId</c> per line, written after the receipt came.
/// Thread-safe; lines reach the file in blocks, the last ones with the disposal.
/// </summary>
internal sealed class RecordFile : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private const int MaxLineBytes = 256;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly byte[] _block = new byte[BlockBytes];
    private int _used;

    /// <summary>Makes the file anew.</summary>
    public RecordFile(string path) => _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>A receipt came.</summary>
    public void Write(BenchProducerId producer, long sequence, QueueName queue, MessageId id)
    {
        lock (_gate)
        {
            if (_used > BlockBytes - MaxLineBytes)
                Flush();
            Utf8.TryWrite(_block.AsSpan(_used), $"{producer.Bits} {sequence} {queue.Value} {id}\n", out int written);
            _used += written;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            Flush();
            _file.Dispose();
        }
    }

    private void Flush()
    {
        _file.Write(_block, 0, _used);
        _used = 0;
    }
}
