using System.Collections.Concurrent;

namespace Forewave.Client.Connections;

/// <summary>
/// Sends what the sources have, source by source, each for as long as it has something; small frames of several sources
/// are gathered into one send. One task runs it; <see cref="Signal"/> from any thread.
/// <para>An exception of the transport ends it and is the caller's; sources keep what has no answer yet.</para>
/// </summary>
internal sealed class SendLoop
{
    private const int GatherBytes = 64 * 1024;
    private const int SmallFrameBytes = 16 * 1024;

    // Whoever publishes less often than this sends itself: waking a thread would cost more than the send. Below it, waiting for
    // the thread is what makes batches.
    private static readonly TimeSpan Quiet = TimeSpan.FromMicroseconds(100);

    // So many frames are sent for others on a publisher's thread.
    private const int MostFramesHere = 2;

    private readonly IWireTransport _transport;
    private readonly ConcurrentQueue<IFrameSource> _ready = new();
    private readonly AsyncSignal _signal = new();
    private readonly byte[] _gathered = GC.AllocateUninitializedArray<byte>(GatherBytes, pinned: true);
    private int _gatheredBytes;

    public SendLoop(IWireTransport transport) => _transport = transport;

    /// <summary>Says that a source has something to send. A source that says it twice is asked twice.</summary>
    public void Signal(IFrameSource source)
    {
        _ready.Enqueue(source);
        _signal.Set();
    }

    /// <summary>As <see cref="Signal"/>; may send within the call. For callers without a lock.</summary>
    public void SignalHere(IFrameSource source)
    {
        _ready.Enqueue(source);
        _signal.SetHere(Quiet);
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(static loop => ((SendLoop)loop!)._signal.Set(), this);
        int framesHere = 0;
        while (!cancellation.IsCancellationRequested)
        {
            while (_ready.TryDequeue(out IFrameSource? source))
            {
                while (source.TryTake(out ReadOnlyMemory<byte> frames))
                {
                    await SendAsync(frames, cancellation).ConfigureAwait(false);
                    if (_signal.WasHere && ++framesHere > MostFramesHere)
                    {
                        framesHere = 0;
                        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                        _signal.WasHere = false;
                    }
                }
            }

            if (_gatheredBytes > 0)
            {
                await SendGatheredAsync(cancellation).ConfigureAwait(false);
                continue;
            }

            framesHere = 0;
            await _signal.WaitAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        if (_gatheredBytes > 0 && _gatheredBytes + frames.Length > GatherBytes)
        {
            await SendGatheredAsync(cancellation).ConfigureAwait(false);
        }

        if (frames.Length > SmallFrameBytes)
        {
            if (_gatheredBytes > 0)
            {
                await SendGatheredAsync(cancellation).ConfigureAwait(false);
            }

            await _transport.SendAsync(frames, cancellation).ConfigureAwait(false);
            return;
        }

        frames.Span.CopyTo(_gathered.AsSpan(_gatheredBytes));
        _gatheredBytes += frames.Length;
    }

    private ValueTask SendGatheredAsync(CancellationToken cancellation)
    {
        int count = _gatheredBytes;
        _gatheredBytes = 0;
        return _transport.SendAsync(_gathered.AsMemory(0, count), cancellation);
    }
}
