using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>
/// What memory knows of one index: its bounds, the runs that are in the log or in memory still, and where its day slices begin.
/// Everything below the first run is in its table.
/// <para>
/// Thread-safe, by a lock that is held briefly. Runs are added by the queue's owner loop alone, in offset order; what is moved is
/// told by the mover alone.
/// </para>
/// </summary>
internal sealed class MessageIndex(IndexNumber number, Timestamp opened, RunCount unmoved)
{
    private const byte Version = 1;
    private const int HeadBytes = 1 + 1 + (5 * 8) + 4;
    private const int RunBytes = 8 + 4 + 4 + 8 + 8;

    private readonly Lock _lock = new();
    private readonly RunDeque _runs = new();
    private readonly IndexSamples _samples = new();
    private readonly List<DayStart> _days = [];
    private long _firstRetained = 1;
    private long _end = 1;
    private long _moved = 1;
    private int _isNoted;
    private bool _isMovedKnown;
    private int _unmoved;
    private ulong _bytes;

    /// <summary>Its number.</summary>
    public IndexNumber Number => number;

    /// <summary>Which table has its rows.</summary>
    public IndexKind Kind { get; private set; }

    /// <summary>It was freed as a whole.</summary>
    public bool IsGone { get; private set; }

    /// <summary>What the last durable checkpoint says of the oldest offset: what is before it may be dropped.</summary>
    public long DurableFirst { get; set; } = 1;

    /// <summary>See <see cref="IStore.Extent"/>.</summary>
    public QueueExtent Extent
    {
        get
        {
            lock (_lock)
            {
                bool isEmpty = _firstRetained >= _end;
                IndexSample? oldest = _samples.Oldest;
                return new QueueExtent(
                    new Offset(_firstRetained),
                    new Offset(_end),
                    isEmpty || oldest is null ? 0 : _bytes - oldest.Value.BytesBefore,
                    isEmpty || oldest is null ? opened : oldest.Value.Time);
            }
        }
    }

    /// <summary>Puts it among those that the mover looks at. False: it is there.</summary>
    public bool TryNote() => Interlocked.Exchange(ref _isNoted, 1) == 0;

    /// <summary>The mover looks at it now: what comes later notes it again.</summary>
    public void Unnote() => Volatile.Write(ref _isNoted, 0);

    /// <summary>Whether something is to be moved.</summary>
    public bool HasUnmoved
    {
        get
        {
            lock (_lock)
            {
                return !IsGone && _moved < _end;
            }
        }
    }

    /// <summary>Bytes of a message, about; 1 or more.</summary>
    public long AverageBytes
    {
        get
        {
            lock (_lock)
            {
                return Math.Max(1, (long)(_bytes / (ulong)Math.Max(1, _end - 1)));
            }
        }
    }

    /// <summary>Where replay finds it after its beginning was expired: see the callers.</summary>
    public void BeginAt(long first)
    {
        lock (_lock)
        {
            (_firstRetained, _end, _moved) = (first, first, first);
        }
    }

    /// <summary>Gives a record its offsets. False: it has them already.</summary>
    /// <exception cref="InvalidOperationException">It leaves a gap: a bug of the caller.</exception>
    public bool TryAdd(in IndexedRun run, IndexKind kind, ulong oldestBlock)
    {
        lock (_lock)
        {
            if (run.End <= _end)
            {
                return false;
            }

            if (run.First != _end)
            {
                throw new InvalidOperationException($"index {number.Value} ends at {_end}; a run from {run.First} to {run.End} does not go on there");
            }

            Kind = kind;
            _samples.Note(new IndexSample(run.First, run.Time, _bytes));
            _runs.Add(run);
            _end = run.End;
            _bytes += (ulong)run.PayloadBytes;
            _unmoved++;
            unmoved.Change(1);
            Trim(oldestBlock);
            return true;
        }
    }

    /// <summary>The run that holds an offset, if it is in the log or in memory.</summary>
    public bool TryFind(long offset, out IndexedRun run)
    {
        lock (_lock)
        {
            return _runs.TryFind(offset, out run) && offset >= _firstRetained;
        }
    }

    /// <summary>Copies runs from the one that holds an offset on. Returns how many.</summary>
    public int Find(long offset, Span<IndexedRun> runs)
    {
        lock (_lock)
        {
            return _runs.CopyFrom(offset, runs);
        }
    }

    /// <summary>Whether a message that stands at an offset in the table is not the one that it was given to.</summary>
    public bool Differs(long offset, LogPosition position)
    {
        lock (_lock)
        {
            return offset >= _end || (_runs.TryFind(offset, out IndexedRun run) && run.Position.Plus((ulong)(offset - run.First)) != position);
        }
    }

    /// <summary>The first offset of a record that is in the log or in memory; 0: it is not.</summary>
    public long OffsetOf(LogPosition position)
    {
        lock (_lock)
        {
            return _runs.TryFind(position, out IndexedRun run) ? run.First : 0;
        }
    }

    /// <summary>The first offset of a time among the runs that are in the log or in memory; the end when there is none.</summary>
    public long FindByTime(Timestamp time)
    {
        lock (_lock)
        {
            return _runs.FindByTime(time) ?? _end;
        }
    }

    /// <summary>Copies the first runs that are not moved. Returns how many; their bytes, and 64 for each message, go down from the room.</summary>
    public int FindUnmoved(Span<IndexedRun> runs, ref long roomBytes)
    {
        lock (_lock)
        {
            int count = IsGone ? 0 : _runs.CopyFrom(_moved, runs);
            int taken = 0;
            while (taken < count && roomBytes > 0)
            {
                roomBytes -= runs[taken].PayloadBytes + (64L * runs[taken].Count);
                taken++;
            }

            return taken;
        }
    }

    /// <summary>The day slice that holds an offset, and where the next one begins. False: no slice is known.</summary>
    public bool TryFindDay(long offset, out DaySlice slice, out long next)
    {
        lock (_lock)
        {
            int day = _days.FindLastIndex(day => day.First <= offset);
            slice = day >= 0 ? _days[day].Slice : default;
            next = day + 1 < _days.Count ? _days[day + 1].First : long.MaxValue;
            return day >= 0;
        }
    }

    /// <summary>Its newest day slice; null: none.</summary>
    public DaySlice? NewestDay
    {
        get
        {
            lock (_lock)
            {
                return _days.Count > 0 ? _days[^1].Slice : null;
            }
        }
    }

    /// <summary>How many messages its newest day slice has.</summary>
    public long MessagesOfNewestDay
    {
        get
        {
            lock (_lock)
            {
                return _days.Count > 0 ? _moved - _days[^1].First : 0;
            }
        }
    }

    /// <summary>The slices that it has rows in.</summary>
    public List<DaySlice> Days
    {
        get
        {
            lock (_lock)
            {
                return [.. _days.Select(day => day.Slice)];
            }
        }
    }

    /// <summary>The slices of which nothing is needed by a restart: all before the one that holds the oldest offset.</summary>
    public List<DaySlice> DaysBefore()
    {
        lock (_lock)
        {
            long first = Math.Min(DurableFirst, _firstRetained);
            return [.. _days.Where((_, day) => day + 1 < _days.Count && _days[day + 1].First <= first).Select(day => day.Slice)];
        }
    }

    /// <summary>A slice was dropped.</summary>
    public void Dropped(DaySlice slice)
    {
        lock (_lock)
        {
            _days.RemoveAll(day => day.Slice == slice);
        }
    }

    /// <summary>Whether the mover knows what is in the table: not after an opening, nor after a commit without an answer.</summary>
    public bool IsMovedKnown
    {
        get
        {
            lock (_lock)
            {
                return _isMovedKnown;
            }
        }
    }

    /// <summary>What is in the table has to be looked up.</summary>
    public void ForgetMoved()
    {
        lock (_lock)
        {
            _isMovedKnown = false;
        }
    }

    /// <summary>What is in the table, as it was found there: its days, and the offset after the last row.</summary>
    public void Found(IReadOnlyList<DayStart> days, long end, ulong oldestBlock)
    {
        lock (_lock)
        {
            _days.Clear();
            _days.AddRange(days);
            _isMovedKnown = true;
            _moved = Math.Max(_moved, end);
            CountUnmoved();
            Trim(oldestBlock);
        }
    }

    /// <summary>Rows up to an offset were moved, into a slice.</summary>
    public void Moved(long end, DayStart? begun, ulong oldestBlock)
    {
        lock (_lock)
        {
            if (begun is { } day && !_days.Contains(day))
            {
                _days.Add(day);
            }

            _moved = Math.Max(_moved, end);
            CountUnmoved();
            Trim(oldestBlock);
        }
    }

    /// <summary>The position of the first record that is not moved; null: all are.</summary>
    public LogPosition? FirstUnmoved
    {
        get
        {
            lock (_lock)
            {
                Span<IndexedRun> first = stackalloc IndexedRun[1];
                return !IsGone && _moved < _end && _runs.CopyFrom(_moved, first) > 0 ? first[0].Position : null;
            }
        }
    }

    /// <summary>The offset after the last one that is in the table for sure.</summary>
    public long MovedEnd
    {
        get
        {
            lock (_lock)
            {
                return _moved;
            }
        }
    }

    /// <summary>The offset from which on memory has runs; the end when it has none.</summary>
    public long RunsFrom
    {
        get
        {
            lock (_lock)
            {
                return _runs.Count > 0 ? _runs[0].First : _end;
            }
        }
    }

    /// <summary>What is before an offset is not needed. An offset beyond the end frees all.</summary>
    public void Expire(long first)
    {
        lock (_lock)
        {
            if (first > _end)
            {
                IsGone = true;
                CountUnmoved();
                first = _end;
            }

            if (first > _firstRetained)
            {
                _firstRetained = first;
                _samples.Expire(first);
            }
        }
    }

    /// <summary>Its days as an opening found them; what was moved is looked up before more is.</summary>
    public void Load(IReadOnlyList<DayStart> days)
    {
        lock (_lock)
        {
            _days.Clear();
            _days.AddRange(days);
        }
    }

    /// <summary>Makes it a part of a checkpoint; returns the oldest offset that the part has.</summary>
    public long WriteTo(IBufferWriter<byte> buffer)
    {
        lock (_lock)
        {
            int count = _runs.CountFrom(_moved);
            Span<byte> span = buffer.GetSpan(HeadBytes + (count * RunBytes));
            span[0] = Version;
            span[1] = (byte)Kind;
            BinaryPrimitives.WriteInt64LittleEndian(span[2..], _firstRetained);
            BinaryPrimitives.WriteInt64LittleEndian(span[10..], _end);
            BinaryPrimitives.WriteInt64LittleEndian(span[18..], _moved);
            BinaryPrimitives.WriteUInt64LittleEndian(span[26..], _bytes);
            BinaryPrimitives.WriteInt64LittleEndian(span[34..], opened.UnixMilliseconds);
            BinaryPrimitives.WriteInt32LittleEndian(span[42..], count);
            int at = HeadBytes;
            for (int i = _runs.Count - count; i < _runs.Count; i++, at += RunBytes)
            {
                IndexedRun run = _runs[i];
                BinaryPrimitives.WriteInt64LittleEndian(span[at..], run.First);
                BinaryPrimitives.WriteInt32LittleEndian(span[(at + 8)..], run.Count);
                BinaryPrimitives.WriteInt32LittleEndian(span[(at + 12)..], run.PayloadBytes);
                BinaryPrimitives.WriteUInt64LittleEndian(span[(at + 16)..], run.Position.Bits);
                BinaryPrimitives.WriteInt64LittleEndian(span[(at + 24)..], run.Time.UnixMilliseconds);
            }

            buffer.Advance(at);
            _samples.WriteTo(buffer);
            return _firstRetained;
        }
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <exception cref="StoreException">FormatTooNew.</exception>
    public void ReadFrom(ReadOnlySpan<byte> state)
    {
        if (state[0] != Version)
        {
            throw new StoreException(ErrorCode.FormatTooNew, $"An index in MQ_STATE has version {state[0]}; this program knows {Version}. Start the version that wrote it.");
        }

        lock (_lock)
        {
            Kind = (IndexKind)state[1];
            _firstRetained = BinaryPrimitives.ReadInt64LittleEndian(state[2..]);
            DurableFirst = _firstRetained;
            _end = BinaryPrimitives.ReadInt64LittleEndian(state[10..]);
            _moved = BinaryPrimitives.ReadInt64LittleEndian(state[18..]);
            _bytes = BinaryPrimitives.ReadUInt64LittleEndian(state[26..]);
            int count = BinaryPrimitives.ReadInt32LittleEndian(state[42..]);
            state = state[HeadBytes..];
            for (; count > 0; count--, state = state[RunBytes..])
            {
                _runs.Add(new IndexedRun(
                    BinaryPrimitives.ReadInt64LittleEndian(state),
                    BinaryPrimitives.ReadInt32LittleEndian(state[8..]),
                    LogPosition.FromBits(BinaryPrimitives.ReadUInt64LittleEndian(state[16..])),
                    BinaryPrimitives.ReadInt32LittleEndian(state[12..]),
                    new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(state[24..])),
                    default));
            }

            _samples.ReadFrom(state);
            CountUnmoved();
        }
    }

    // What is moved, or gone as a whole, waits for nobody.
    private void CountUnmoved()
    {
        int now = IsGone ? 0 : _runs.CountFrom(_moved);
        unmoved.Change(now - _unmoved);
        _unmoved = now;
    }

    // What is moved and not in memory any more is the table's.
    private void Trim(ulong oldestBlock)
    {
        while (_runs.Count > 0 && _runs[0].End <= _moved && Log.RecentBlocks.NumberOf(_runs[0].Location) < oldestBlock)
        {
            _runs.RemoveFirst();
        }
    }
}
