using Forewave.Storage;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;

namespace Forewave.Bench.MySql;

/// <summary>Inserts runs into their queues' tables, a statement for each queue. For one thread, inside its transaction.</summary>
internal sealed class QueueRows(BenchDatabase database)
{
    private readonly byte[] _content = new byte[database.Options.SizeBytes];
    private readonly ParameterRows _rows = RowShape.OfQueue.NewRows();

    public void Insert(Connection connection, IEnumerable<QueueRun> runs)
    {
        foreach (IGrouping<int, QueueRun> queue in runs.GroupBy(run => run.Queue))
        {
            _rows.Clear();
            foreach (QueueRun run in queue)
            {
                RecordHeader header = MessageGroups.HeaderOf(run);
                for (int i = 0; i < run.Count; i++)
                {
                    RowShape.OfQueue.Add(_rows, BenchDatabase.PlaceOf(run.First + i), header, i, _content);
                }
            }

            database.Inserts[queue.Key].Execute(connection, _rows);
        }
    }
}
