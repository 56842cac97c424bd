using System.Diagnostics.CodeAnalysis;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Timing;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Reading;

/// <summary>
/// Reads one queue index for one group, forward for the most part: from memory where the store has it there, else through
/// windows read from disk, one in use and one ahead. It never blocks: what is not here yet wakes the group when it comes. So a
/// group that lags has its own reads and costs the others nothing. For the loop alone.
/// What <see cref="TryGet"/> gave is valid until <see cref="EndFrame"/>. A failed read is tried again after a second.
/// </summary>
internal sealed class RunSource : IDue
{
    /// <summary>Bytes of one read.</summary>
    public const int WindowBytes = 512 * 1024;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly GroupDelivery _group;
    private readonly uint _index;
    private readonly List<StoredRun> _recent = [];
    private readonly List<StoredRuns> _retired = [];
    private StoredRun _run;
    private bool _hasRun;
    private int _skipped;
    private int _byteOffset;
    private StoredRuns? _window;
    private int _windowPlace;
    private StoredRuns? _ahead;
    private Task _reading = Task.CompletedTask;
    private bool _dropArriving;
    private bool _waitsForRetry;

    /// <summary>Makes a source of an index: the queue's, or the group's dead letters.</summary>
    public RunSource(GroupDelivery group, uint index)
    {
        _group = group;
        _index = index;
        IdleNode = new LinkedListNode<RunSource>(this);
    }

    /// <summary>Its place among those that nobody reads from.</summary>
    public LinkedListNode<RunSource> IdleNode { get; }

    /// <summary>A read is under way.</summary>
    public bool IsReading { get; private set; }

    /// <summary>What it gives now comes from disk.</summary>
    public bool ReadsFromDisk => IsReading || _window is not null || _ahead is not null;

    /// <summary>It waits for memory.</summary>
    public bool WaitsForMemory { get; set; }

    private DeliveryLoop Loop => _group.Loop;

    /// <summary>Gives the run with the first offset wanted, from there on; reads ahead up to the end. False: it is not here yet, the group is woken when it is.</summary>
    public bool TryGet(OffsetSpan wanted, out RunView view)
    {
        long offset = wanted.First;
        bool found = TryInRun(offset) || TryInWindow(offset) || TryRecent(offset) || TryAhead(offset);
        if (!found)
        {
            StartRead(offset);
            view = default;
            return false;
        }
        if (_window is not null && _ahead is null && !IsReading)
            ReadAhead(wanted.End);
        view = new RunView(_run) { Skipped = _skipped, ByteOffset = _byteOffset };
        return true;
    }

    /// <summary>The frame is written: bytes that were given are given back.</summary>
    public void EndFrame()
    {
        if (_recent.Count > 0)
        {
            foreach (var run in _recent)
                run.Release();
            _recent.Clear();
            _hasRun = false;
        }
        foreach (var window in _retired)
            Free(window);
        _retired.Clear();
    }

    /// <summary>Gives all memory back; what is read now is thrown away when it comes.</summary>
    public void Drop()
    {
        EndFrame();
        _hasRun = false;
        if (_window is not null)
            Free(_window);
        if (_ahead is not null)
            Free(_ahead);
        _window = _ahead = null;
        _dropArriving = IsReading;
    }

    /// <summary>The group's turn ended and nobody wants messages.</summary>
    public void Rest()
    {
        if (_window is not null || _ahead is not null)
            Loop.ColdReads.Idle(this);
    }

    /// <summary>There may be something to read now. False: nobody wants it.</summary>
    public bool Wake() => _group.HasDemand();

    /// <summary>A read came back; runs on the loop.</summary>
    public void Arrived(StoredRuns? runs, Exception? failure)
    {
        IsReading = false;
        Loop.ColdReads.UnderWay--;
        if (runs is null || runs.Count == 0 || _dropArriving)
        {
            runs?.Dispose();
            Loop.ColdReads.Give(WindowBytes);
            if (_dropArriving)
                Wake();
            else
                Retry(failure);
            _dropArriving = false;
            return;
        }
        _ahead = runs;
        if (!Wake())
            Rest();
    }

    /// <inheritdoc/>
    bool IDue.IsPending(DueToken token) => _waitsForRetry;

    /// <inheritdoc/>
    void IDue.Due(DueToken token, DeliveryLoop loop)
    {
        _waitsForRetry = false;
        Wake();
    }

    private bool TryInRun(long offset)
    {
        if (!_hasRun || offset < _run.First.Value + _skipped || offset >= _run.First.Value + _run.Count)
            return false;
        int further = (int)(offset - _run.First.Value) - _skipped;
        if (further > 0 && !_run.Damaged)
        {
            var walk = new MessageRun(_run.Messages.Span[_byteOffset..]);
            if (!walk.TrySlice(further, out int byteCount))
                throw new InvalidDataException($"run at offset {_run.First} of index {_index} has fewer than {_run.Count} messages");
            _byteOffset += byteCount;
        }
        _skipped += further;
        return true;
    }

    private bool TryInWindow(long offset)
    {
        if (_window is null)
            return false;
        if (_windowPlace > 0 && offset < _window[_windowPlace].First.Value)
            _windowPlace = 0;
        for (; _windowPlace < _window.Count; _windowPlace++)
        {
            var run = _window[_windowPlace];
            if (offset < run.First.Value)
                break;
            if (offset < run.First.Value + run.Count)
                return Use(run, offset);
        }
        _retired.Add(_window);
        _window = null;
        _windowPlace = 0;
        _hasRun = false;
        return false;
    }

    private bool TryRecent(long offset)
    {
        if (!Loop.Store.TryReadRecent(_index, new Offset(offset), out var run))
            return false;
        _recent.Add(run);
        return Use(run, offset);
    }

    private bool TryAhead(long offset)
    {
        if (_ahead is null)
            return false;
        _window = _ahead;
        _windowPlace = 0;
        _ahead = null;
        return TryInWindow(offset);
    }

    private bool Use(in StoredRun run, long offset)
    {
        _run = run;
        _hasRun = true;
        _skipped = 0;
        _byteOffset = 0;
        return TryInRun(offset);
    }

    private void ReadAhead(long end)
    {
        var last = _window![_window.Count - 1];
        long next = last.First.Value + last.Count;
        if (next < end)
            StartRead(next);
    }

    private void StartRead(long offset)
    {
        if (IsReading || _waitsForRetry || !Loop.ColdReads.TryTake(this, WindowBytes))
            return;
        Loop.ColdReads.Busy(this);
        Loop.Metrics.ColdRead();
        IsReading = true;
        Loop.ColdReads.UnderWay++;
        _reading = ReadAsync(new Offset(offset));
    }

    [SuppressMessage("Design", "CA1031", Justification = "The edge to the store: decided on the loop, which logs it and tries again.")]
    private async Task ReadAsync(Offset offset)
    {
        StoredRuns? runs = null;
        Exception? failure = null;
        try
        {
            runs = await Loop.Store.ReadAsync(_index, offset, WindowBytes, CancellationToken.None);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }
        Loop.Post(new ColdReadDone(this, runs, failure));
    }

    private void Retry(Exception? failure)
    {
        Loop.Log.ReadFailed(_index, _group.ScanOffset, failure);
        _waitsForRetry = true;
        Loop.Deadlines.Add(this, default, Loop.Deadlines.In(RetryAfter));
    }

    private void Free(StoredRuns window)
    {
        window.Dispose();
        Loop.ColdReads.Give(WindowBytes);
    }
}
