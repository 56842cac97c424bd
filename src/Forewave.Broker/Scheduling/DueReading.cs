using System.Buffers;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// Reads scheduled messages from their lanes: from memory where the store has them there, else from disk in the order of their
/// places, many at once where they lie close together. What was read is valid until disposal. For whoever has the scheduler's
/// turn.
/// </summary>
internal sealed class DueReading : IDisposable
{
    private const int WindowBytes = 256 * 1024;
    private const int NearPlaces = 256;
    private const int DenseMessages = 8;

    private readonly IStore _store;
    private readonly List<StoredRun> _recent = [];
    private readonly List<StoredRuns> _windows = [];
    private PendingPlace[] _places = [];
    private int[] _order = [];
    private byte[] _kept = [];
    private StoredRuns? _window;
    private int _windowPlace;
    private LaneRun _run;
    private PendingLane? _runLane;
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
                LetGo();
                Array.Clear(messages);
                count /= 2;
                bytes = read = 0;
                i = -1;
            }
        }
        Array.Resize(ref messages, count);
        Keep(messages);
        return messages;
    }

    /// <summary>Gives the bytes back.</summary>
    public void Dispose()
    {
        LetGo();
        if (_kept.Length > 0)
            ArrayPool<byte>.Shared.Return(_kept);
        _kept = [];
    }

    /// <summary>
    /// Copies the messages into memory of its own, one after the other: what the store lent is needed by those who append, and
    /// the one who reads here is about to wait for room among them.
    /// </summary>
    private void Keep(DueMessage[] messages)
    {
        if (_kept.Length > 0)
            ArrayPool<byte>.Shared.Return(_kept);
        _kept = ArrayPool<byte>.Shared.Rent(messages.Sum(message => message.Bytes.Length));
        int at = 0;
        foreach (ref var message in messages.AsSpan())
        {
            var copy = _kept.AsMemory(at, message.Bytes.Length);
            message.Bytes.CopyTo(copy);
            at += copy.Length;
            message = message with { Bytes = copy };
        }
        LetGo();
    }

    private void LetGo()
    {
        foreach (var run in _recent)
            run.Release();
        _recent.Clear();
        foreach (var window in _windows)
            window.Dispose();
        _windows.Clear();
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
        _recent.Add(run);
        _window = null;
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
            Bytes = run.Messages.Slice(start, byteCount),
        };
    }

    private async ValueTask ReadWindowAsync(int from, CancellationToken cancellation)
    {
        var place = _places[_order[from]];
        int near = 1;
        while (near < DenseMessages && from + near < _order.Length && IsNear(place, _places[_order[from + near]]))
            near++;
        int bytes = near == DenseMessages ? WindowBytes : 1;
        _window = await _store.ReadAsync(place.Lane.Number.Value, new Offset(place.Place), bytes, cancellation);
        _windows.Add(_window);
        _windowPlace = 0;
        _runLane = place.Lane;
        _at = long.MaxValue;
    }

    private static bool IsNear(PendingPlace from, PendingPlace next) => next.Lane == from.Lane && next.Place - from.Place <= NearPlaces;
}
