using System.Collections.Concurrent;

namespace Forewave.Client.Connections;

/// <summary>
/// Frames that are encoded already and wait to be sent: requests, credit, pings. <see cref="Add"/> from any thread, and then one
/// signal for each: each turn gives one frame. So they keep their place among what other sources signalled, and a consumer that
/// leaves is not faster than what it settled before.
/// </summary>
internal sealed class ControlFrames : IFrameSource
{
    private readonly ConcurrentQueue<ReadOnlyMemory<byte>> _frames = new();
    private bool _hadItsTurn;

    public void Add(ReadOnlyMemory<byte> frame) => _frames.Enqueue(frame);

    public bool TryTake(out ReadOnlyMemory<byte> frames)
    {
        frames = default;
        _hadItsTurn = !_hadItsTurn && _frames.TryDequeue(out frames);
        return _hadItsTurn;
    }
}
