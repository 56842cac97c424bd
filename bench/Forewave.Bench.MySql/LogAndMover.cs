using System.Collections.Concurrent;
using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Bench.MySql;

/// <summary>Groups into the log table, one transaction each; a second thread takes them to the queues' tables by the thousand.</summary>
internal sealed class LogAndMover(BenchOptions options)
{
    private const int MostMoved = 8_192;

    // As the store's mover does: with nothing left it lets messages gather.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly BlockingCollection<List<QueueRun>> _committed = [];
    private Exception? _failure;

    public BenchFigures Run()
    {
        using var database = new BenchDatabase(options);
        using Connection connection = Connection.Open(options.Connection);
        Fences fences = new(database.Names, default);
        Epoch epoch = fences.Raise(connection);
        LogTable log = new(database.Names);
        var mover = new Thread(() => Move(database, fences, epoch));
        database.Begin();
        long begin = Stopwatch.GetTimestamp();
        mover.Start();
        Arrivals arrivals = Write(connection, new FenceWriter(fences, epoch), log);
        _committed.CompleteAdding();
        mover.Join();
        TimeSpan time = Stopwatch.GetElapsedTime(begin);
        return _failure is null
            ? database.Figures(time, arrivals, () => ReadSecondHalf(connection, database, log))
            : throw new InvalidOperationException(_failure.Message, _failure);
    }

    // What a start does: the log since the checkpoint, and of each table how far it came.
    private long ReadSecondHalf(Connection connection, BenchDatabase database, LogTable log)
    {
        long read = 0;
        log.Read(connection, new MessageGroups(options).Middle, (in RecordHeader header, ReadOnlySpan<byte> _) => read += header.Count);
        var key = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned);
        key.AddRow();
        RowShape.OfQueue.SetKey(key, BenchDatabase.PlaceOf(1).Index, BenchDatabase.PlaceOf(1).Slice);
        var end = new ResultRow(ColumnType.Unsigned);
        foreach (SlicedTable table in database.Tables)
        {
            using RowReader reader = connection.Prepare(RowShape.OfQueue.SelectEnd(table)).Query(key, end);
            reader.Next();
        }

        return read;
    }

    private Arrivals Write(Connection connection, FenceWriter fence, LogTable log)
    {
        var groups = new MessageGroups(options);
        byte[] payload = new byte[100 * (options.SizeBytes + 6)];
        var rows = new LogGroup();
        var arrivals = new Arrivals(options);
        while (arrivals.Take() is > 0 and int count)
        {
            List<QueueRun> group = groups.Next(count);
            rows.Clear();
            foreach (QueueRun run in group)
            {
                rows.Add(MessageGroups.HeaderOf(run), payload.AsSpan(0, run.Count * (options.SizeBytes + 6)));
            }

            connection.Begin();
            fence.Move(connection, FenceRole.Log);
            log.Insert(connection, rows);
            connection.Commit();
            arrivals.Answer();
            _committed.Add(group);
        }

        return arrivals;
    }

    private void Move(BenchDatabase database, Fences fences, Epoch epoch)
    {
        try
        {
            using Connection connection = Connection.Open(options.Connection);
            connection.KeptStatements = options.Queues + 16;
            var fence = new FenceWriter(fences, epoch);
            var rows = new QueueRows(database);
            var taken = new List<QueueRun>();
            using var pause = new ManualResetEventSlim();
            foreach (List<QueueRun> group in _committed.GetConsumingEnumerable())
            {
                taken.AddRange(group);
                while (taken.Sum(run => run.Count) < MostMoved && _committed.TryTake(out List<QueueRun>? more))
                {
                    taken.AddRange(more);
                }

                connection.Begin();
                fence.Move(connection, FenceRole.Mover);
                rows.Insert(connection, taken);
                connection.Commit();
                taken.Clear();
                if (_committed.Count == 0 && !_committed.IsAddingCompleted)
                {
                    pause.Wait(Gathering);
                }
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }
}
