using Forewave.Broker.Delivery.Administration;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Observability;

/// <summary>
/// Finds out since when messages are available, by reading them: each once as long as it stays the oldest of its group, and so many in
/// a round at most; the others are found out in the rounds that follow. For one caller at a time.
/// </summary>
internal sealed class GroupAges(IStore store)
{
    private const int ReadsPerRound = 256;

    private Dictionary<(uint Index, long Offset), long> _known = [];
    private Dictionary<(uint Index, long Offset), long> _next = [];
    private int _left;

    /// <summary>Begins a round.</summary>
    public void Begin() => _left = ReadsPerRound;

    /// <summary>The figures with what is known of times.</summary>
    public async ValueTask<GroupFigures> AddAsync(GroupFigures figures, CancellationToken cancellation)
    {
        var unread = new List<PriorityCount>(figures.Unread.Count);
        var times = new List<long>();
        foreach (var count in figures.Unread)
        {
            long time = count.Messages == 0 ? 0 : await FindAsync((count.Index, count.First), cancellation);
            unread.Add(count with { OldestTime = time });
            times.Add(time);
        }
        foreach (var place in figures.Unsettled)
            times.Add(await FindAsync(place, cancellation));
        return figures with { Unread = unread, OldestTime = times.Where(static time => time > 0).DefaultIfEmpty(0).Min() };
    }

    /// <summary>Ends the round: what was not asked for in it is forgotten.</summary>
    public void End()
    {
        (_known, _next) = (_next, _known);
        _next.Clear();
    }

    private async ValueTask<long> FindAsync((uint Index, long Offset) place, CancellationToken cancellation)
    {
        if (!_known.TryGetValue(place, out long time))
        {
            if (_left-- <= 0)
                return 0;
            using var runs = await store.ReadAsync(place.Index, new Offset(place.Offset), 1, cancellation);
            time = runs.Count > 0 ? runs[0].Header.Time.UnixMilliseconds : 0;
        }
        _next[place] = time;
        return time;
    }
}
