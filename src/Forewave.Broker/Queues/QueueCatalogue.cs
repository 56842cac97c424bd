using System.Buffers;
using System.Collections.Concurrent;
using Forewave.Broker.Observability;
using Forewave.Broker.Settings;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Queues;

/// <summary>
/// All queues by name and by number. Looking up is free of locks; making, changing and deleting is done one at a time. A
/// change is in the log before anybody sees it, so what refers to a queue always comes after its record. Cancelling a change
/// that waits for room leaves the catalogue as it was.
/// </summary>
internal sealed class QueueCatalogue : IDisposable
{
    private readonly ConcurrentDictionary<QueueName, QueueEntry> _byName = new();
    private readonly ConcurrentDictionary<uint, QueueEntry> _byId = new();
    private readonly SemaphoreSlim _changes = new(1, 1);
    private readonly IStore _store;
    private readonly ILogger _logger;
    private readonly Lock _place = new();
    private uint _lastId;
    // While a change goes into the log and the table: where the log ended before it. Guarded by _place.
    private LogPosition? _changingFrom;

    public QueueCatalogue(IStore store, BrokerOptions options, ILogger logger)
    {
        _store = store;
        var atStart = LiveTerms.Of(options, SettingTable.Empty, TimeProvider.System);
        Live = () => atStart;
        _logger = logger;
    }

    /// <summary>What counts at the moment: live settings change it. Set once, before the start.</summary>
    public Func<LiveTerms> Live { get; init; }

    /// <summary>Told of each queue that is made, before anybody else sees it. Set once, before the start.</summary>
    public Action<QueueEntry> Opened { get; set; } = static _ => { };

    /// <summary>Told of each queue that was deleted. Set once, before the start.</summary>
    public Action<QueueEntry> Closed { get; set; } = static _ => { };

    /// <summary>Told when a queue knows deduplication ids for longer than before. Set once, before recovery.</summary>
    public Action WindowGrew { get; set; } = static () => { };

    /// <summary>How many queues there are.</summary>
    public int Count => _byName.Count;

    /// <summary>All queues, in the order of their numbers.</summary>
    public ICollection<QueueEntry> All => _byName.Values.OrderBy(queue => queue.Id).ToList();

    /// <summary>Takes a number for a queue, a group or an index of dead letters: never 0, never given twice.</summary>
    public uint NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Recovery met a number: it is not given again.</summary>
    public void NoteId(uint id) => _lastId = Math.Max(_lastId, id);

    /// <summary>The queue with a name, or null.</summary>
    public QueueEntry? Find(QueueName name) => _byName.GetValueOrDefault(name);

    /// <summary>The queue with a number, or null.</summary>
    public QueueEntry? Find(uint id) => _byId.GetValueOrDefault(id);

    /// <summary>How long a queue knows deduplication ids; zero where there is no such queue.</summary>
    public TimeSpan WindowOf(uint id) => _byId.TryGetValue(id, out var queue) ? queue.Options.DeduplicationWindow : TimeSpan.Zero;

    /// <summary>Whether a queue wants its deliveries and settles traced. Any thread.</summary>
    public bool IsTraced(uint id) => _byId.TryGetValue(id, out var queue) && queue.Options.Trace;

    /// <summary>The queue with a name for a client that names it the first time; made if that is wanted and allowed.</summary>
    /// <exception cref="RefusedException">QueueNotFound, QueueCreationOff, TooManyQueues, SystemQueue, and what the store refuses.</exception>
    public ValueTask<QueueEntry> OpenAsync(QueueName name, bool create, CancellationToken cancellation)
    {
        RefuseSystem(name);
        if (_byName.TryGetValue(name, out var queue))
            return ValueTask.FromResult(queue);
        if (!create)
            throw new RefusedException(ErrorCode.QueueNotFound);
        Live().RequireCreation(name);
        return AddAsync(name, QueueOptions.Default, mayExist: true, cancellation);
    }

    /// <summary>Makes a queue. Not durable before the store is committed up to its tail.</summary>
    /// <exception cref="RefusedException">QueueExists, TooManyQueues, SystemQueue, and what the store refuses.</exception>
    public ValueTask<QueueEntry> CreateAsync(QueueName name, QueueOptions options, CancellationToken cancellation)
    {
        RefuseSystem(name);
        Live().RequireWrites();
        return AddAsync(name, options, mayExist: false, cancellation);
    }

    /// <summary>Changes a queue's options.</summary>
    /// <exception cref="RefusedException">QueueNotFound, and what the store refuses.</exception>
    public async ValueTask<QueueEntry> SetAsync(QueueName name, Func<QueueOptions, QueueOptions> change, CancellationToken cancellation)
    {
        await BeginChangeAsync(cancellation);
        try
        {
            var queue = Find(name) ?? throw new RefusedException(ErrorCode.QueueNotFound);
            var options = change(queue.Options);
            await AppendAsync(queue.Id, new QueueRecord(name, options, IsDeleted: false), cancellation);
            Change(queue, options);
            BrokerLog.QueueChanged(_logger, name.Value, queue.Id);
            return queue;
        }
        finally
        {
            EndChange();
        }
    }

    /// <summary>Deletes a queue with its groups.</summary>
    /// <exception cref="RefusedException">QueueNotFound, and what the store refuses.</exception>
    public async ValueTask<QueueEntry> DeleteAsync(QueueName name, CancellationToken cancellation)
    {
        await BeginChangeAsync(cancellation);
        try
        {
            var queue = Find(name) ?? throw new RefusedException(ErrorCode.QueueNotFound);
            // First no more publishes, then the record: what is appended after it belongs to no queue.
            queue.MarkDeleted();
            _byName.TryRemove(name, out _);
            await AppendAsync(queue.Id, new QueueRecord(name, queue.Options, IsDeleted: true), CancellationToken.None);
            _byId.TryRemove(queue.Id, out _);
            Closed(queue);
            BrokerLog.QueueDeleted(_logger, name.Value, queue.Id);
            return queue;
        }
        finally
        {
            EndChange();
        }
    }

    /// <summary>Folds a QueueChanged record. Idempotent.</summary>
    public void Apply(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        NoteId(header.Queue);
        var record = QueueRecord.Decode(payload);
        if (record.IsDeleted)
            RestoreDeleted(header.Queue, record.Name);
        else
            Restore(header.Queue, record);
    }

    /// <summary>Writes the catalogue: version u8 = 1, highest number u32, queues u32, then id u32, payload length u8, payload.</summary>
    public void Write(IStateWriter writer)
    {
        var before = ChangedThrough();
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        var state = new StateWriter(buffer);
        var queues = _byName.Values.OrderBy(queue => queue.Id).ToList();
        state.Byte(1);
        state.UInt32(Volatile.Read(ref _lastId));
        state.UInt32((uint)queues.Count);
        foreach (var queue in queues)
        {
            state.UInt32(queue.Id);
            state.ShortBytes(new QueueRecord(queue.Name, queue.Options, IsDeleted: false).Encode());
        }
        writer.Write(new StatePart(StateKind.Catalogue, 0, before, _store.Tail), buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        var state = new StateReader(bytes);
        state.ExpectVersion(1, nameof(StateKind.Catalogue));
        NoteId(state.UInt32());
        uint queues = state.UInt32();
        for (uint i = 0; i < queues; i++)
            Restore(state.UInt32(), QueueRecord.Decode(state.ShortBytes()));
    }

    /// <inheritdoc/>
    public void Dispose() => _changes.Dispose();

    private static void RefuseSystem(QueueName name)
    {
        if (name.IsSystem)
            throw new RefusedException(ErrorCode.SystemQueue);
    }

    private async ValueTask<QueueEntry> AddAsync(QueueName name, QueueOptions options, bool mayExist, CancellationToken cancellation)
    {
        await BeginChangeAsync(cancellation);
        try
        {
            if (Find(name) is { } known)
                return mayExist ? known : throw new RefusedException(ErrorCode.QueueExists);
            if (Count >= Live().Options.MaxQueues)
                throw new RefusedException(ErrorCode.TooManyQueues);
            var queue = new QueueEntry(NextId(), name, options);
            // Nobody waits for the record of a queue that is made by its first use, and what uses it stands behind that in the log:
            // thousands of them at once cost no syncs of their own.
            var draft = QueueRecord.Draft(queue.Id, new QueueRecord(name, options, IsDeleted: false).Encode());
            await _store.AppendAsync(mayExist ? draft with { IsLazy = true } : draft, cancellation);
            Opened(queue);
            _byId[queue.Id] = queue;
            _byName[name] = queue;
            if (mayExist)
                BrokerLog.QueueCreatedByUse(_logger, name.Value, queue.Id);
            else
                BrokerLog.QueueCreated(_logger, name.Value, queue.Id);
            return queue;
        }
        finally
        {
            EndChange();
        }
    }

    private async ValueTask BeginChangeAsync(CancellationToken cancellation)
    {
        await _changes.WaitAsync(cancellation);
        lock (_place)
            _changingFrom = _store.Tail;
    }

    private void EndChange()
    {
        lock (_place)
            _changingFrom = null;
        _changes.Release();
    }

    // Every change up to here is in the table. A checkpoint between a change's record and the change itself would else say that it has
    // what it lacks, and the queue would be gone with the next start; so it says the place before, and the record is folded once more.
    private LogPosition ChangedThrough()
    {
        lock (_place)
            return _changingFrom ?? _store.Tail;
    }

    private async ValueTask AppendAsync(uint id, QueueRecord record, CancellationToken cancellation)
    {
        byte[] payload = record.Encode();
        await _store.AppendAsync(QueueRecord.Draft(id, payload), cancellation);
    }

    private void Change(QueueEntry queue, QueueOptions options)
    {
        bool isLonger = options.DeduplicationWindow > queue.Options.DeduplicationWindow;
        queue.Options = options;
        if (isLonger)
            WindowGrew();
    }

    private void Restore(uint id, in QueueRecord record)
    {
        if (_byId.TryGetValue(id, out var queue))
        {
            Change(queue, record.Options);
            return;
        }
        NoteId(id);
        queue = new QueueEntry(id, record.Name, record.Options);
        _byId[id] = queue;
        // Replay may meet the making of a queue whose successor of the same name the checkpoint has already.
        if (!_byName.TryGetValue(record.Name, out var holder) || holder.Id < id)
            _byName[record.Name] = queue;
        Opened(queue);
    }

    private void RestoreDeleted(uint id, QueueName name)
    {
        if (!_byId.TryRemove(id, out var queue))
            return;
        queue.MarkDeleted();
        _byName.TryRemove(new KeyValuePair<QueueName, QueueEntry>(name, queue));
        Closed(queue);
    }
}
