namespace Forewave.Client.Connections;

/// <summary>
/// Bytes to and from one broker. One receive and one send at a time, each by its own loop and ended by its token; disposed
/// after both.
/// </summary>
internal interface IWireTransport : IAsyncDisposable
{
    /// <summary>Receives at least one byte; 0: the other side has closed.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> destination, CancellationToken cancellation);

    /// <summary>Sends all the bytes; they are not used any more when it completes.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);
}
