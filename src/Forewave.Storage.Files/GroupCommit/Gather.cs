using Forewave.Protocol;
using Forewave.Storage.Commits;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// Where records wait to be written: gives each its position, time and place and copies it once, under one short lock.
/// <para>
/// Thread-safe. Appends of one thread keep their order. Nothing here touches the disk or blocks. What stopped it is in
/// <see cref="Failure"/>; from then on every append is refused.
/// </para>
/// </summary>
internal sealed class Gather : IDisposable
{
    private readonly Lock _lock = new();
    private readonly RoomWaiters _room = new();
    private readonly PreparedSegments _prepared = new();
    private readonly LazyRecords _lazy;
    private readonly RecentMemory _memory;
    private readonly TimeProvider _time;
    private readonly Action _wanted;
    private readonly int _segmentBytes;
    private readonly int _maxAppendBytes;
    private CommitGroup _group = new();
    private Segment _segment;
    private int _nextByte;
    private ulong _nextPosition;
    private ulong _tail;
    private ulong _takenThrough;
    private long _lastTime;
    private volatile bool _isClosed;
    private volatile bool _isDiskFull;
    private volatile bool _wantsRoom;
    private volatile StoreException? _failure;

    /// <param name="options">Sizes.</param>
    /// <param name="time">Clock of the records.</param>
    /// <param name="start">Where the first append goes.</param>
    /// <param name="wanted">Called when lazy records have waited for long enough: the writer has to be woken.</param>
    public Gather(FilesStoreOptions options, TimeProvider time, GatherStart start, Action wanted)
    {
        _wanted = wanted;
        _lazy = new LazyRecords(time, MeetLazy);
        _segmentBytes = options.SegmentBytes;
        _maxAppendBytes = options.MaxAppendBytes;
        _time = time;
        _memory = new RecentMemory(options, NoteUnpinned);
        _segment = start.Segment;
        _nextByte = start.NextByte;
        _nextPosition = start.Last.Plus(1).Bits;
        _tail = start.Last.Bits;
        _takenThrough = _tail;
        _lastTime = start.LastTime.UnixMilliseconds;
        _memory.TryAdvance(new BlockClaim { Segment = _segment, StartByte = _nextByte, MinBytes = 0 });
    }

    /// <summary>Position of the last message appended.</summary>
    public LogPosition Tail => LogPosition.FromBits(Volatile.Read(ref _tail));

    /// <summary>What stopped the store; null while it runs.</summary>
    public StoreException? Failure => _failure;

    /// <summary>The recent memory, for readers.</summary>
    public RecentMemory Memory => _memory;

    /// <summary>Publishes are refused: the disk has only its reserve.</summary>
    public bool IsDiskFull
    {
        get => _isDiskFull;
        set
        {
            _isDiskFull = value;
            GiveRoom();
        }
    }

    /// <summary>No append waits to be written and none will come.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Segments that are ready to be written.</summary>
    public int PreparedSegments
    {
        get
        {
            lock (_lock)
            {
                return _prepared.Count;
            }
        }
    }

    /// <summary>Appends all records or none; see <see cref="IStore.TryAppend"/>.</summary>
    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        AppendSize size = AppendSize.Of(records, _maxAppendBytes);
        lock (_lock)
        {
            AppendOutcome outcome = _isClosed ? AppendOutcome.Stopped : MakeRoom(size);
            if (outcome != AppendOutcome.Appended)
            {
                // Lazy records may be what the room is missing for.
                _lazy.Hurry();
                first = LogPosition.None;
                return outcome;
            }

            first = LogPosition.FromBits(_nextPosition);
            Timestamp now = Now();
            foreach (ref readonly RecordDraft record in records)
            {
                Copy(record, now);
            }

            _group.LastTime = now;
            Volatile.Write(ref _tail, _nextPosition - 1);
            _lazy.Appended(new ByteCount(size.Bytes), size.IsLazy);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Completes when an append that found no room is worth another try.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            return _wantsRoom && _failure is null && !_isClosed ? _room.WaitAsync(cancellation) : Task.CompletedTask;
        }
    }

    /// <summary>
    /// Takes everything that waits, for the writer; puts <paramref name="empty"/> in its place. Null: nothing waits, or nothing
    /// that is to be written yet.
    /// </summary>
    public CommitGroup? TryTake(CommitGroup empty)
    {
        lock (_lock)
        {
            if (!_lazy.IsWanted && !_isClosed && _failure is null)
            {
                return null;
            }

            _lazy.Taken();
            TakeActive();
            if (_group.Pieces.IsEmpty)
            {
                return null;
            }

            CommitGroup taken = _group;
            _takenThrough = _tail;
            taken.Through = LogPosition.FromBits(_tail);
            _group = empty;
            return taken;
        }
    }

    /// <summary>Whether something waits that is to be written now. Without the lock: a hint.</summary>
    public bool HasWaiting => _lazy.IsWanted;

    /// <summary>Somebody waits for a position: lazy records up to it are to be written now. Then the writer has to be woken.</summary>
    public void Want(LogPosition position)
    {
        if (HasWaiting)
        {
            return;
        }

        lock (_lock)
        {
            if (_takenThrough < position.Bits)
            {
                _lazy.Hurry();
            }
        }
    }

    /// <summary>A segment is ready to be written after those before.</summary>
    public void AddPrepared(Segment segment)
    {
        lock (_lock)
        {
            _prepared.Add(segment);
        }

        GiveRoom();
    }

    /// <summary>Blocks were committed, or something else may have made room.</summary>
    public void GiveRoom()
    {
        // What made the room is seen by whoever wishes for it, or the wish is seen here: never neither.
        Interlocked.MemoryBarrier();
        if (!_wantsRoom)
        {
            return;
        }

        lock (_lock)
        {
            _wantsRoom = false;
            _room.CompleteAll();
        }
    }

    /// <summary>Refuses every append from now on. Only the first failure counts.</summary>
    public void Stop(StoreException failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            _room.CompleteAll();
        }
    }

    /// <summary>Takes no appends any more; what waits is still written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            _room.CompleteAll();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lazy.Dispose();

    private void MeetLazy()
    {
        lock (_lock)
        {
            if (!_lazy.TryMeet())
            {
                return;
            }
        }

        _wanted();
    }

    /// <summary>Appends the barrier that ends a life, when everything else is committed; false: there is no room for it.</summary>
    public bool TryAppendEnd()
    {
        RecordDraft end = new() { Type = RecordType.Barrier, Count = 1, Sequence = Tail.Bits, PayloadCrc = Checksum.Of([]) };
        AppendSize size = AppendSize.Of([end], _maxAppendBytes);
        lock (_lock)
        {
            if (MakeRoom(size) != AppendOutcome.Appended)
            {
                return false;
            }

            Copy(end, Now());
            Volatile.Write(ref _tail, _nextPosition - 1);
            return true;
        }
    }

    private AppendOutcome MakeRoom(in AppendSize size)
    {
        if (_failure is not null)
        {
            return AppendOutcome.Stopped;
        }

        if (_isDiskFull && !size.MayUseReserve)
        {
            return AppendOutcome.DiskFull;
        }

        if (LogPosition.FromBits(_nextPosition).Number + size.Positions > LogPosition.MaxNumber)
        {
            throw new StoreException(ErrorCode.PartitionStopped, "The log has no positions left: 2^44 were given. Move the queues to a new data folder.");
        }

        if (_memory.Active.RoomBytes >= size.Bytes && _nextByte + size.Bytes <= _segmentBytes)
        {
            return AppendOutcome.Appended;
        }

        // A block begins on a page of its own, so that no page is written from two blocks.
        int startByte = SegmentLayout.UpToPage(_nextByte);
        return startByte + size.Bytes <= _segmentBytes ? Advance(_segment, startByte, size) : AdvanceSegment(size);
    }

    private AppendOutcome AdvanceSegment(in AppendSize size)
    {
        _wantsRoom = true;
        Interlocked.MemoryBarrier();
        if (!_prepared.TryPeek(out Segment? next) || next is null)
        {
            return _isDiskFull ? AppendOutcome.DiskFull : AppendOutcome.NoRoom;
        }

        AppendOutcome outcome = Advance(next, SegmentLayout.HeaderBytes, size);
        if (outcome == AppendOutcome.Appended)
        {
            _segment = _prepared.Take();
        }

        return outcome;
    }

    private AppendOutcome Advance(Segment segment, int startByte, in AppendSize size)
    {
        // Set before the look at the readers: whoever lets go of a block after it sees the wish.
        _wantsRoom = true;
        TakeActive();
        if (!_memory.TryAdvance(new BlockClaim { Segment = segment, StartByte = startByte, MinBytes = size.Bytes }))
        {
            return AppendOutcome.NoRoom;
        }

        _wantsRoom = false;
        _room.CompleteAll();
        _nextByte = startByte;
        return AppendOutcome.Appended;
    }

    private void TakeActive()
    {
        GatherBlock active = _memory.Active;
        if (active.Filled > active.Taken)
        {
            _group.Add(new GatherPiece { Block = active, From = active.Taken, To = active.Filled });
            active.Taken = active.Filled;
        }
    }

    private void Copy(in RecordDraft draft, Timestamp now)
    {
        GatherBlock block = _memory.Active;
        int payloadBytes = draft.Payload.Length;
        int bytes = SegmentLayout.RecordBytes(payloadBytes);
        LogPosition position = LogPosition.FromBits(_nextPosition);
        RecordCodec.WriteDraft(block.Bytes.AsSpan(block.Filled, bytes), draft, position, now);
        if (draft.Owner is { } owner)
        {
            _group.Add(new OwnedRecord(owner, position, draft.Token));
        }

        if (draft.Type.IsDispatched() || draft.Type == RecordType.CarriedOver)
        {
            AddCommitted(draft, position, now);
        }

        block.Filled += bytes;
        _nextByte += bytes;
        _nextPosition += (uint)draft.Count;
    }

    private void AddCommitted(in RecordDraft draft, LogPosition position, Timestamp now)
    {
        RecordHeader header = new()
        {
            Type = draft.Type,
            Position = position,
            Count = draft.Count,
            Time = now,
            Queue = draft.Queue,
            Source = draft.Source,
            Sequence = draft.Sequence,
            Extra = draft.Extra,
        };
        RecordLocation location = new LogPlace(_segment.Number, _nextByte).Location;
        _group.Add(new CommittedRecord(header, location, draft.Payload.Length));
    }

    // Wall time, held where it would go back.
    private Timestamp Now()
    {
        _lastTime = Math.Max(_lastTime, _time.GetUtcNow().ToUnixTimeMilliseconds());
        return new Timestamp(_lastTime);
    }

    private void NoteUnpinned() => GiveRoom();
}
