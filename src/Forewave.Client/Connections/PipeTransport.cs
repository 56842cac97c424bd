using System.Buffers;
using System.IO.Pipelines;

namespace Forewave.Client.Connections;

/// <summary>A broker in the same process, over a pair of pipes.</summary>
internal sealed class PipeTransport(IDuplexPipe pipe) : IWireTransport
{
    public async ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        ReadResult result = await pipe.Input.ReadAsync(cancellation).ConfigureAwait(false);
        int count = (int)Math.Min(result.Buffer.Length, destination.Length);
        ReadOnlySequence<byte> taken = result.Buffer.Slice(0, count);
        taken.CopyTo(destination.Span);
        pipe.Input.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        FlushResult result = await pipe.Output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        if (result.IsCompleted)
        {
            throw new IOException("the broker has closed its side of the pipe");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
        await pipe.Output.CompleteAsync().ConfigureAwait(false);
    }
}
