using System.Globalization;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage.MySql.Checkpoints;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Moving;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Recovery;

/// <summary>
/// Brings the log and the engine's state back: schema, fence, checkpoint, the log after it, and a barrier under the new epoch.
/// <para>
/// One thread, once. Nothing but the schema and the epoch changes before the barrier, so a crash or a throw at any line starts
/// over from the same rows.
/// </para>
/// </summary>
internal sealed class LogRecovery(MySqlStoreOptions options, TimeProvider time, MessageIndexes indexes, Action<Epoch> raised)
{
    private static readonly TimeSpan ProofLook = TimeSpan.FromMilliseconds(100);

    private readonly SchemaNames _names = options.Names;
    private readonly Fences _fences = new(options.Names, options.Partition);
    private readonly LogTable _log = new(options.Names);
    private LogPosition? _replay;
    private ulong _end;
    private ulong _records;
    private long _bytes;

    /// <exception cref="StoreException">What is there cannot be used; the message says what to do.</exception>
    /// <exception cref="DatabaseException">The database failed.</exception>
    public RecoveredLog Run(IStateFold fold, CancellationToken cancellation)
    {
        long begin = time.GetTimestamp();
        using Connection connection = Connection.Open(options.Connection);
        ServerCheck.Refuse(connection);
        new SchemaUpgrade(_names, Migrations.All, time).Apply(connection, finalize: false);
        Epoch epoch = _fences.Raise(connection, options.Epoch);
        raised(epoch);
        FencePlace tail = Look(connection, FenceRole.Log);
        ulong checkpoint = Look(connection, FenceRole.State).Position;

        LoadCheckpoint(connection, checkpoint, fold);
        // The engine takes its time with each record, and the server must wait for it.
        connection.Execute("SET SESSION net_write_timeout = 3600");
        Replay(connection, fold, cancellation);
        RequireWholeLog(tail);

        var last = LogPosition.FromBits(tail.Position);
        NoteEpoch(connection, epoch, last);
        LogSlices slices = new(_log, time);
        slices.Open(connection, new LogPosition(epoch, last.Number));
        GroupWriter writer = new(options.Connection, _fences, _log, new FencePlace(epoch, tail.Position))
        {
            TracksCommits = options.Proof is not null,
            Patience = int.MaxValue,
            Pause = static (_, attempt) => attempt < 5,
        };
        GatherStart start;
        try
        {
            start = WriteBarrier(connection, writer, new LogPosition(epoch, last.Number + 1), last);
            AwaitProof(writer, cancellation);
        }
        catch
        {
            writer.Dispose();
            throw;
        }

        var report = new RecoveryReport(_records, new ByteCount(_bytes), default, time.GetElapsedTime(begin));
        return new RecoveredLog(start, writer, slices, checkpoint, report);
    }

    // Before its first record: what a former master has behind this is its tail.
    private void NoteEpoch(Connection connection, Epoch epoch, LogPosition after) => connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO {_names.Queues}.MQ_EPOCH VALUES ({options.Partition.Value}, {epoch.Value}, {after.Bits}, UTC_TIMESTAMP(3))
        """));

    private FencePlace Look(Connection connection, FenceRole role)
    {
        connection.Begin();
        FencePlace place = _fences.Look(connection, role);
        connection.Rollback();
        return place;
    }

    private void LoadCheckpoint(Connection connection, ulong checkpoint, IStateFold fold)
    {
        Dictionary<IndexNumber, List<DayStart>> days = new DayRows(_names).All(connection);
        if (checkpoint != 0)
        {
            new StateTable(_names, _fences).Read(connection, checkpoint, (in StatePart part, ReadOnlySpan<byte> state) => Load(part, state, fold));
            RequireWholeCheckpoint(checkpoint);
        }

        foreach (MessageIndex index in indexes.All)
        {
            index.Load(days.GetValueOrDefault(index.Number, []));
        }

        fold.Loaded();
    }

    private void Load(in StatePart part, ReadOnlySpan<byte> state, IStateFold fold)
    {
        switch (part.Kind)
        {
            case StateKind.StoreIndex:
                indexes.Load(part.Id, state);
                break;
            case StateKind.StoreQueue:
                indexes.Restore(part.Id, Encoding.UTF8.GetString(state));
                break;
            case StateKind.StoreReplay:
                _replay = part.Tail;
                break;
            default:
                fold.Load(part, state);
                break;
        }
    }

    // From the record that the last covered position is in: the engine knows what it has.
    private void Replay(Connection connection, IStateFold fold, CancellationToken cancellation)
    {
        LogPosition after = LogPosition.None;
        LogPosition from = _replay ?? LogPosition.None;
        bool isThere = _log.TryReadLast(
            connection, from, (in RecordHeader header, ReadOnlySpan<byte> _) => after = LogPosition.FromBits(header.Position.Bits - 1));
        // Numbers go up by one, over epochs too. A part that has nothing yet asks for all that there is.
        bool mustFollow = !isThere && _replay != LogPosition.None;
        _end = from.Bits;
        _log.Read(connection, after, (in RecordHeader header, ReadOnlySpan<byte> payload) =>
        {
            cancellation.ThrowIfCancellationRequested();
            if (mustFollow && header.Position.Number > from.Number + 1)
            {
                throw Damaged($"{_names.Log}.MQ_LOG begins at {header.Position}, and has to be replayed from {from} on.");
            }

            mustFollow = false;
            _records++;
            _bytes += payload.Length;
            _end = header.Position.Bits + (uint)header.Count - 1;
            if (header.Type == RecordType.QueueChanged)
            {
                indexes.Note(header.Queue, payload);
            }

            fold.Apply(new CommittedRecord(header, default, payload.Length), payload);
        });
    }

    // Its last part tells: without it, what is read is less than what was written, and every table that it does not name would be dropped.
    private void RequireWholeCheckpoint(ulong checkpoint)
    {
        if (_replay is null)
        {
            throw Damaged($"Checkpoint {checkpoint} in {_names.Queues}.MQ_STATE is not there, or is not whole.");
        }
    }

    private void RequireWholeLog(FencePlace tail)
    {
        if (_end != tail.Position)
        {
            throw Damaged(
                $"{_names.Log}.MQ_LOG ends at {LogPosition.FromBits(_end)}, and {_names.Log}.MQ_FENCE says that {LogPosition.FromBits(tail.Position)} was committed.");
        }
    }

    private StoreException Damaged(string what) => new(
        ErrorCode.LogDamaged,
        $"{what} The databases {_names.Log} and {_names.Queues} are not of one moment. Nothing was dropped; restore both from one copy that was made by mariadb-backup, or while the broker was stopped.");

    // The barrier is behind all that was found: what it proves, it proves of that too.
    private void AwaitProof(GroupWriter writer, CancellationToken cancellation)
    {
        while (options.Proof is { } proof && !proof.TryAwait(writer.LastCommit, ProofLook))
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private GatherStart WriteBarrier(Connection connection, GroupWriter writer, LogPosition position, LogPosition last)
    {
        Timestamp now = Timestamp.From(time.GetUtcNow());
        _log.TryReadLast(connection, LogPosition.FromBits(ulong.MaxValue), (in RecordHeader header, ReadOnlySpan<byte> _) =>
            now = header.Time.CompareTo(now) > 0 ? header.Time : now);
        var group = new LogGroup();
        group.Add(
            new RecordHeader { Type = RecordType.Barrier, Position = position, Count = 1, Time = now, Sequence = last.Bits }, []);
        writer.Write(group);
        return new GatherStart(position, now);
    }
}
