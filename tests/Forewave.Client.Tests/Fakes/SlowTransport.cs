using System.Threading.Channels;
using Forewave.Client.Connections;

namespace Forewave.Client.Tests.Fakes;

/// <summary>Notes the first byte of each send; the sends wait until it lets go.</summary>
internal sealed class SlowTransport : IWireTransport
{
    private readonly TaskCompletionSource _sending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goes = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<byte> _sent = Channel.CreateBounded<byte>(16);

    public Task IsSendingAsync() => _sending.Task;

    public void LetGo() => _goes.SetResult();

    public Task<byte> SentAsync() => _sent.Reader.ReadAsync().Soon();

    public ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation) => new(0);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        _sending.TrySetResult();
        await _goes.Task;
        await _sent.Writer.WriteAsync(bytes.Span[0], cancellation);
    }

    public ValueTask DisposeAsync() => default;
}
