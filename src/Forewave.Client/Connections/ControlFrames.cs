using System.Collections.Concurrent;

namespace Forewave.Client.Connections;

/// <summary>Frames that are encoded already and wait to be sent: requests, pings. Thread-safe.</summary>
internal sealed class ControlFrames : IFrameSource
{
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _frames = new();

    public void Add(ReadOnlyMemory<byte> frame) => _frames.Enqueue(frame);

    public bool TryTake(out ReadOnlyMemory<byte> frames) => _frames.TryDequeue(out frames);
}
