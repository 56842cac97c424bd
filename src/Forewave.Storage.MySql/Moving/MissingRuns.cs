using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// Runs that were to be moved and are neither in memory nor in MQ_LOG: their rows rotted, or somebody deleted them. Their offsets stay
/// empty in the table and are read as damaged. An operator is told of each when the transaction that passes over it is committed, and
/// only then is it counted. For the mover's thread, but for the count.
/// </summary>
internal sealed class MissingRuns(MoverParts parts)
{
    private const int MostNamed = 16;

    private readonly List<(SlicedTable Table, IndexedRun Run, long First)> _runs = [];
    private long _messages;

    /// <summary>Messages of them since the opening. Any thread.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>A transaction begins: what the one before had found was not passed over.</summary>
    public void Forget() => _runs.Clear();

    /// <summary>Notes what a transaction passes over.</summary>
    public void Add(in MovedPart part, IReadOnlyList<IndexedRun> missing)
    {
        // What expired meanwhile may have gone with its slice of the log.
        long from = Math.Max(part.Index.MovedEnd, part.Index.Extent.FirstRetained.Value);
        foreach (IndexedRun run in missing)
        {
            if (run.End > from)
            {
                _runs.Add((part.Table, run, Math.Max(run.First, from)));
            }
        }
    }

    /// <summary>The transaction is committed.</summary>
    public void Tell()
    {
        if (_runs.Count == 0)
        {
            return;
        }

        long messages = _runs.Sum(missing => missing.Run.End - missing.First);
        Interlocked.Add(ref _messages, messages);
        IEnumerable<string> named = _runs.Take(MostNamed).Select(missing =>
            $"log position {missing.Run.Position} ({missing.Table.Name}, offsets {missing.First} to {missing.Run.End - 1})");
        string others = _runs.Count > MostNamed ? $" and {_runs.Count - MostNamed} further records" : "";
        parts.Told($"{messages} messages are neither in memory nor in {parts.Names.Log}.MQ_LOG, so they cannot be taken to their tables and are lost: {string.Join(", ", named)}{others}.");
        _runs.Clear();
    }
}
