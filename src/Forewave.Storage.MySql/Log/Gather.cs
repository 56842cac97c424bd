using Forewave.Protocol;
using Forewave.Storage.Commits;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Where records wait to be committed: gives each its position and time and copies it once, under one short lock.
/// <para>
/// Thread-safe. Appends of one thread keep their order. Nothing here touches the database or blocks. What stopped it is in
/// <see cref="Failure"/>; from then on every append is refused.
/// </para>
/// </summary>
internal sealed class Gather : IDisposable
{
    // A database that is silent for so long takes nothing from clients until it speaks.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly RoomWaiters _room = new();
    private readonly LazyRecords _lazy;
    private readonly TimeProvider _time;
    private readonly Action _wanted;
    private readonly long _mostUncommitted;
    private GatheredGroup _group = new();
    private ulong _nextPosition;
    private ulong _tail;
    private ulong _takenThrough;
    private ulong _uncommittedBlock = 1;
    private long _uncommitted;
    private long? _takenSince;
    private long _lastTime;
    private bool _wantsRoom;
    private volatile bool _isClosed;
    private volatile StoreException? _failure;
    private volatile AppendRefusal _refusal;

    /// <param name="memory">Half of it may wait to be committed, the rest is for readers at the tail.</param>
    /// <param name="time">Clock of the records.</param>
    /// <param name="start">Where the first append goes.</param>
    /// <param name="wanted">Called when lazy records have waited for long enough: the writer has to be woken.</param>
    public Gather(ByteCount memory, TimeProvider time, GatherStart start, Action wanted)
    {
        _mostUncommitted = memory.Value / 2;
        Recent = new RecentBlocks(memory);
        _time = time;
        _wanted = wanted;
        _lazy = new LazyRecords(time, MeetLazy);
        _nextPosition = start.Last.Plus(1).Bits;
        _tail = start.Last.Bits;
        _takenThrough = _tail;
        _lastTime = start.Time.UnixMilliseconds;
    }

    /// <summary>What was appended last, for readers.</summary>
    public RecentBlocks Recent { get; }

    /// <summary>Position of the last message appended.</summary>
    public LogPosition Tail => LogPosition.FromBits(Volatile.Read(ref _tail));

    /// <summary>What stopped the store; null while it runs.</summary>
    public StoreException? Failure => _failure;

    /// <summary>No append will come any more.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Whether something waits that is to be written now. Without the lock: a hint.</summary>
    public bool HasWaiting => _lazy.IsWanted;

    /// <summary>Whether clients' messages are refused at once, because the database takes nothing at present.</summary>
    public AppendRefusal Refusal
    {
        get => _refusal;
        set
        {
            _refusal = value;
            lock (_lock)
            {
                _room.CompleteAll();
            }
        }
    }

    /// <summary>Whether messages gather that no table takes: then clients' are refused as on a full disk. Under the lock: short.</summary>
    public Func<bool> IsBehind { get; init; } = static () => false;

    /// <summary>Appends all records or none; see <see cref="IStore.TryAppend"/>.</summary>
    public AppendOutcome TryAppend(ReadOnlySpan<RecordDraft> records, out LogPosition first)
    {
        AppendBounds bounds = AppendBounds.Of(records);
        first = LogPosition.None;
        lock (_lock)
        {
            AppendOutcome outcome = Judge(bounds);
            if (outcome != AppendOutcome.Appended)
            {
                // Lazy records may be what the room is missing for.
                _lazy.Hurry();
                return outcome;
            }

            first = LogPosition.FromBits(_nextPosition);
            RecentBlock block = Recent.For(new ByteCount(bounds.Bytes), _uncommittedBlock);
            _lastTime = Math.Max(_lastTime, _time.GetUtcNow().ToUnixTimeMilliseconds());
            foreach (ref readonly RecordDraft record in records)
            {
                Copy(record, block);
            }

            _uncommitted += bounds.Bytes;
            Volatile.Write(ref _tail, _nextPosition - 1);
            _lazy.Appended(new ByteCount(bounds.Bytes), bounds.IsLazy);
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
    public GatheredGroup? TryTake(GatheredGroup empty)
    {
        lock (_lock)
        {
            if (!_lazy.IsWanted && !_isClosed && _failure is null)
            {
                return null;
            }

            _lazy.Taken();
            if (_group.Records.IsEmpty)
            {
                return null;
            }

            GatheredGroup taken = _group;
            _takenThrough = _tail;
            _takenSince = _time.GetTimestamp();
            taken.Through = LogPosition.FromBits(_tail);
            _group = empty;
            return taken;
        }
    }

    /// <summary>Somebody waits for a position: lazy records up to it are to be written now. Then the writer has to be woken.</summary>
    public void Want(LogPosition position)
    {
        lock (_lock)
        {
            if (_takenThrough < position.Bits)
            {
                _lazy.Hurry();
            }
        }
    }

    /// <summary>A group is committed: its memory is for readers alone from now on.</summary>
    public void Committed(GatheredGroup group)
    {
        lock (_lock)
        {
            _uncommitted -= group.Bytes;
            _uncommittedBlock = group.Records[^1].Block.Number;
            _wantsRoom = false;
            // Another may be on its way already.
            _takenSince = group.Through.Bits == _takenThrough ? null : _takenSince;
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

    private AppendOutcome Judge(in AppendBounds bounds)
    {
        if (_failure is not null || _isClosed)
        {
            return AppendOutcome.Stopped;
        }

        if (_refusal == AppendRefusal.DiskFull && !bounds.MayUseReserve)
        {
            return AppendOutcome.DiskFull;
        }

        if (bounds.IsFromClient && IsBehind())
        {
            return AppendOutcome.DiskFull;
        }

        bool isSilent = _takenSince is { } since && _time.GetElapsedTime(since) > LongestSilence;
        if ((isSilent || _refusal == AppendRefusal.Unreachable) && bounds.IsFromClient)
        {
            return AppendOutcome.Unreachable;
        }

        if (LogPosition.FromBits(_nextPosition).Number + bounds.Positions > LogPosition.MaxNumber)
        {
            throw new StoreException(ErrorCode.PartitionStopped, "The log has no positions left: 2^44 were given. Move the queues to a new database.");
        }

        _wantsRoom = _uncommitted > 0 && _uncommitted + bounds.Bytes > _mostUncommitted;
        return _wantsRoom ? AppendOutcome.NoRoom : AppendOutcome.Appended;
    }

    private void Copy(in RecordDraft draft, RecentBlock block)
    {
        RecordHeader header = new()
        {
            Type = draft.Type,
            Position = LogPosition.FromBits(_nextPosition),
            Count = draft.Count,
            Time = new Timestamp(_lastTime),
            Queue = draft.Queue,
            Source = draft.Source,
            Sequence = draft.Sequence,
            Extra = draft.Extra,
        };
        _group.Add(header, draft, new GatheredRecord(block, block.Add(header, draft.Payload.Span)));
        _nextPosition += (uint)draft.Count;
    }

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
}
