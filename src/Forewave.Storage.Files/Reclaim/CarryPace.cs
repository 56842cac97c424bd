using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>
/// Keeps carry-over from taking the log away from publishers: while others write too it takes so many bytes a second at most, an
/// idle log it may have for itself. Used by one round at a time.
/// </summary>
internal sealed class CarryPace
{
    // Shorter pauses than this many a second are not worth a timer.
    private const int StepsPerSecond = 64;

    private readonly TimeProvider _time;
    private readonly WriterCounters _counters;
    private readonly long _bytesPerSecond;
    private long _carried;
    private long _logBytes;
    private long _ownBytes;

    public CarryPace(TimeProvider time, WriterCounters counters, long bytesPerSecond)
    {
        _time = time;
        _counters = counters;
        _bytesPerSecond = bytesPerSecond;
    }

    /// <summary>Bytes carried since the store was opened.</summary>
    public long Carried => Volatile.Read(ref _carried);

    /// <summary>A segment is about to be carried.</summary>
    public void Begin()
    {
        _logBytes = _counters.Bytes;
        _ownBytes = 0;
    }

    /// <summary>A record was appended.</summary>
    public void Appended(int payloadBytes)
    {
        int bytes = SegmentLayout.RecordBytes(payloadBytes);
        _ownBytes += bytes;
        Volatile.Write(ref _carried, _carried + bytes);
    }

    /// <summary>What was appended since the last call is committed: pauses as long as that may take when others wrote meanwhile.</summary>
    public async Task PauseAsync(CancellationToken cancellation)
    {
        long own = _ownBytes;
        if (own < _bytesPerSecond / StepsPerSecond)
        {
            return;
        }

        bool othersWrote = _counters.Bytes - _logBytes > own;
        if (othersWrote)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)own / _bytesPerSecond), _time, cancellation);
        }

        Begin();
    }
}
