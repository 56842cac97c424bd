using System.Buffers;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Reads scheduled messages from their lanes, in the order of their places: from memory where the store has them there, else
/// from disk, many at once where they lie close together. Each is copied at once, so that nothing that the store lent is held
/// longer than the next read; the copies are valid until disposal. For whoever has the scheduler's turn.
/// </summary>
internal sealed class DueReading : IDisposable
{
    private const int WindowBytes = 256 * 1024;

    // What lies between two messages is read in vain: at most about as much as another read would cost.
    private const int GapBytes = 4 * 1024;
    private const int ChunkBytes = 256 * 1024;

    private readonly IStore _store;
    private readonly List<byte[]> _chunks = [];
    private readonly List<ReadWindow> _ahead = [];
    private int _chunkUsed;
    private PendingPlace[] _places = [];
    private int[] _order = [];
    private StoredRuns? _window;
    private int _windowPlace;
    private LaneRun _run;
    private PendingLane? _runLane;
    private bool _isRunLent;
    private long _at;
    private int _byteAt;

    public DueReading(IStore store) => _store = store;

    /// <summary>Reads messages, few enough for all their bytes; the result has one for each place, in the order given.</summary>
    /// <exception cref="StoreException">The store cannot read.</exception>
    public ValueTask<DueMessage[]> ReadAsync(IReadOnlyList<PendingPlace> places, CancellationToken cancellation) =>
        ReadAsync(places, long.MaxValue, cancellation);

    /// <summary>
    /// Reads messages; the result has one for each place, in the order given, up to the last with which they are not more than
    /// so many bytes: at least one. Meanwhile not more than twice as many bytes of messages, and one message, are held.
    /// </summary>
    /// <exception cref="StoreException">The store cannot read.</exception>
    public async ValueTask<DueMessage[]> ReadAsync(IReadOnlyList<PendingPlace> places, long mostBytes, CancellationToken cancellation)
    {
        var messages = new DueMessage[places.Count];
        _places = [.. places];
        _order = [.. Enumerable.Range(0, places.Count)];
        Array.Sort(_order, (left, right) =>
        {
            int byLane = _places[left].Lane.Number.Value.CompareTo(_places[right].Lane.Number.Value);
            return byLane != 0 ? byLane : _places[left].Place.CompareTo(_places[right].Place);
        });
        int count = messages.Length;
        long bytes = 0;
        long read = 0;
        for (int i = 0; i < _order.Length; i++)
        {
            if (_order[i] >= count)
                continue;
            var message = await ReadOneAsync(i, cancellation);
            messages[_order[i]] = message;
            bytes += message.Bytes.Length;
            read += message.Bytes.Length;
            while (bytes > mostBytes && count > 1)
                bytes -= messages[--count].Bytes.Length;
            // Large messages lie here against the order of the places: what was read for nothing must not be held any longer.
            if (read / 2 > mostBytes && count > 1)
            {
                GiveBack();
                Array.Clear(messages);
                count /= 2;
                bytes = read = 0;
                i = -1;
            }
        }
        Array.Resize(ref messages, count);
        LetGo();
        return messages;
    }

    /// <summary>Gives the bytes back.</summary>
    public void Dispose() => GiveBack();

    private void GiveBack()
    {
        LetGo();
        foreach (byte[] chunk in _chunks)
            ArrayPool<byte>.Shared.Return(chunk);
        _chunks.Clear();
        _chunkUsed = 0;
    }

    /// <summary>Nothing of the store's is held: those who append need it, and the one who reads here may be about to wait for room among them.</summary>
    private void LetGo()
    {
        if (_isRunLent)
            _run.Run.Release();
        _window?.Dispose();
        _isRunLent = false;
        _window = null;
        _runLane = null;
    }

    private async ValueTask<DueMessage> ReadOneAsync(int at, CancellationToken cancellation)
    {
        var place = _places[_order[at]];
        if (TryGet(place, out var message))
            return message;
        await ReadWindowAsync(at, cancellation);
        if (!TryGet(place, out message))
            throw new InvalidDataException($"place {place.Place} of lane {place.Lane.Number.Value:x8} is pending and cannot be found");
        return message;
    }

    private bool TryGet(PendingPlace place, out DueMessage message)
    {
        if (!TryInRun(place) && !TryInWindow(place) && !TryRecent(place))
        {
            message = default;
            return false;
        }
        message = Take(place);
        return true;
    }

    private bool TryInRun(PendingPlace place) =>
        _runLane == place.Lane && place.Place >= _at && place.Place < _run.Run.First.Value + _run.Run.Count;

    private bool TryInWindow(PendingPlace place)
    {
        if (_window is null || _runLane != place.Lane)
            return false;
        for (; _windowPlace < _window.Count; _windowPlace++)
        {
            var run = _window[_windowPlace];
            if (place.Place < run.First.Value)
                return false;
            if (place.Place < run.First.Value + run.Count)
            {
                Use(place.Lane, run);
                return true;
            }
        }
        return false;
    }

    private bool TryRecent(PendingPlace place)
    {
        if (!_store.TryReadRecent(place.Lane.Number.Value, new Offset(place.Place), out var run))
            return false;
        LetGo();
        _isRunLent = true;
        Use(place.Lane, run);
        return true;
    }

    private void Use(PendingLane lane, in StoredRun run)
    {
        _runLane = lane;
        _run = new LaneRun(run);
        _at = run.First.Value;
        _byteAt = _run.HeadBytes;
    }

    /// <summary>The message at a place of the run in use, at or after the last one taken.</summary>
    private DueMessage Take(PendingPlace place)
    {
        var run = _run.Run;
        if (run.Damaged)
            return default;
        var walk = new MessageRun(run.Messages.Span[_byteAt..]);
        int before = 0;
        bool found = walk.TrySlice((int)(place.Place - _at), out before) & walk.TrySlice(1, out int byteCount);
        if (!found)
            throw new InvalidDataException($"run at place {run.First} of lane {place.Lane.Number.Value:x8} has fewer than {run.Count} messages");
        int start = _byteAt + before;
        _at = place.Place + 1;
        _byteAt = start + byteCount;
        return new DueMessage
        {
            Id = _run.Id.Plus((ulong)(place.Place - run.First.Value)),
            PublishTime = _run.PublishTime,
            Producer = run.Header.Source,
            Bytes = Copy(run.Messages.Span.Slice(start, byteCount)),
        };
    }

    /// <summary>Messages that follow each other here too can be one record again.</summary>
    private ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> message)
    {
        if (_chunks.Count == 0 || _chunks[^1].Length - _chunkUsed < message.Length)
        {
            _chunks.Add(ArrayPool<byte>.Shared.Rent(Math.Max(message.Length, ChunkBytes)));
            _chunkUsed = 0;
        }
        var copy = _chunks[^1].AsMemory(_chunkUsed, message.Length);
        message.CopyTo(copy.Span);
        _chunkUsed += message.Length;
        return copy;
    }

    private async ValueTask ReadWindowAsync(int from, CancellationToken cancellation)
    {
        LetGo();
        var lane = _places[_order[from]].Lane;
        _ahead.Clear();
        int bytes = 0;
        while (from < _order.Length && _places[_order[from]].Lane == lane && bytes < WindowBytes)
        {
            _ahead.Add(WindowFrom(ref from, out int windowBytes));
            bytes += windowBytes;
        }
        _window = await _store.ReadWindowsAsync(lane.Number.Value, _ahead.ToArray(), cancellation);
        _windowPlace = 0;
        _runLane = lane;
        _at = long.MaxValue;
    }

    /// <summary>
    /// Bytes to the last of the messages that lie close together from a place on, by what a message of the lane has on average;
    /// moves on to the place after it.
    /// </summary>
    private ReadWindow WindowFrom(ref int from, out int bytes)
    {
        var first = _places[_order[from++]];
        var extent = _store.Extent(first.Lane.Number.Value);
        long each = (long)(extent.Bytes / (ulong)Math.Max(1, extent.End.Since(extent.FirstRetained))) + 1;
        long most = WindowBytes / each;
        long last = first.Place;
        for (; from < _order.Length; from++)
        {
            var next = _places[_order[from]];
            if (next.Lane != first.Lane || (next.Place - last) * each > GapBytes || next.Place - first.Place > most)
                break;
            last = next.Place;
        }
        // The last one is read whatever its size.
        bytes = (int)Math.Min((last - first.Place + 1) * each, WindowBytes);
        return new ReadWindow(new Offset(first.Place), new Offset(last + 1), (int)Math.Max(1, bytes - each));
    }
}
