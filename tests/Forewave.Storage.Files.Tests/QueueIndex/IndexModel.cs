using Forewave.Protocol;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Tests.QueueIndex;

/// <summary>What an index must answer, kept in the plainest way.</summary>
internal sealed class IndexModel
{
    private readonly Dictionary<uint, List<IndexEntry>> _runs = [];
    private readonly Dictionary<uint, long> _firstRetained = [];

    public IReadOnlyCollection<uint> Queues => _runs.Keys;

    public long End(uint queue) => _runs.TryGetValue(queue, out List<IndexEntry>? runs) ? runs[^1].End : 1;

    public long FirstRetained(uint queue) => _firstRetained.GetValueOrDefault(queue, 1);

    public IReadOnlyList<IndexEntry> Runs(uint queue) => _runs[queue];

    public void Append(uint queue, IndexEntry run)
    {
        if (!_runs.TryGetValue(queue, out List<IndexEntry>? runs))
        {
            _runs[queue] = runs = [];
        }

        runs.Add(run);
    }

    public void Expire(uint queue, long firstRetained) => _firstRetained[queue] = Math.Min(firstRetained, End(queue));

    public void Relocate(uint queue, Relocation move)
    {
        int place = _runs[queue].FindIndex(run => run.First == move.First);
        _runs[queue][place] = _runs[queue][place] with { Location = move.To };
    }

    public IndexEntry? Find(uint queue, long offset) =>
        offset < FirstRetained(queue) || offset >= End(queue)
            ? null
            : _runs[queue].Find(run => offset >= run.First.Value && offset < run.End);

    public Offset FindByTime(uint queue, Timestamp time)
    {
        foreach (IndexEntry run in _runs[queue].Where(run => run.End > FirstRetained(queue) && run.Time.CompareTo(time) >= 0))
        {
            return new Offset(Math.Max(run.First.Value, FirstRetained(queue)));
        }

        return new Offset(End(queue));
    }

    public IndexModel Copy()
    {
        IndexModel copy = new();
        foreach ((uint queue, List<IndexEntry> runs) in _runs)
        {
            copy._runs[queue] = [.. runs];
            copy._firstRetained[queue] = FirstRetained(queue);
        }

        return copy;
    }
}
