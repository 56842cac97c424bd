using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Counts what groups have, for metrics: all groups, but in figures of their own only some. Some groups in each turn of a loop, so
/// that no delivery waits long. For any thread; changes nothing.
/// </summary>
internal sealed class GroupCensus(DeliveryLoops loops)
{
    private const int FiguresPerTurn = 64;
    private const int SumsPerTurn = 2_048;

    /// <summary>The figures of the groups that were made first, and the sums of all others.</summary>
    /// <param name="most">How many groups have figures of their own.</param>
    /// <param name="cancellation">Ends it between two turns.</param>
    public async Task<(List<GroupFigures> Groups, GroupSums Others)> TakeAsync(int most, CancellationToken cancellation)
    {
        var groups = new List<(uint Id, DeliveryLoop Loop)>();
        foreach (var loop in loops.All)
            groups.AddRange((await AskAsync(loop, Ids)).Select(id => (id, loop)));
        groups.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        var figures = new List<GroupFigures>();
        var sums = default(GroupSums);
        foreach (var loop in loops.All)
        {
            foreach (uint[] ids in groups.Take(most).Where(group => group.Loop == loop).Select(static group => group.Id).Chunk(FiguresPerTurn))
            {
                cancellation.ThrowIfCancellationRequested();
                figures.AddRange(await AskAsync(loop, running => ids.Select(running.Queues.FindGroup).OfType<GroupDelivery>().Select(FiguresOf).ToArray()));
            }
            foreach (uint[] ids in groups.Skip(most).Where(group => group.Loop == loop).Select(static group => group.Id).Chunk(SumsPerTurn))
            {
                cancellation.ThrowIfCancellationRequested();
                sums += await AskAsync(loop, running => ids.Select(running.Queues.FindGroup).OfType<GroupDelivery>()
                    .Aggregate(default(GroupSums), static (sum, group) => sum + SumsOf(group)));
            }
        }
        return (figures, sums);
    }

    private static uint[] Ids(DeliveryLoop loop) =>
        [.. loop.Queues.Groups.Where(static group => group.Queue.Whole is null).Select(static group => group.State.Identity.Id)];

    private static GroupFigures FiguresOf(GroupDelivery group)
    {
        var details = DeliveryAdministration.DetailsOf(group);
        return new GroupFigures
        {
            Id = details.Id,
            Queue = group.Queue.Id,
            Name = details.Name,
            Lag = details.Unread + details.Leased + details.Waiting + details.Held + details.Parked.Count,
            Leased = details.Leased,
            Dead = details.Dead,
            Consumers = details.Consumers,
            Stuck = details.Leased == 0 ? 0 : GroupWatching.CountStuck(group),
            ReplayLeft = details.Replay?.Left ?? 0,
            Unread = GroupWatching.UnreadOf(group),
            Unsettled = GroupWatching.Unsettled(group),
        };
    }

    private static GroupSums SumsOf(GroupDelivery group)
    {
        var sums = new GroupSums { Groups = 1 };
        foreach (var part in group.Parts)
        {
            sums += new GroupSums
            {
                Lag = part.Queue.End - part.ScanOffset + part.State.Cursor.Unsettled, Leased = part.State.Cursor.Leased, Dead = part.State.Dead.Count,
            };
        }
        return sums;
    }

    private static Task<T> AskAsync<T>(DeliveryLoop loop, Func<DeliveryLoop, T> ask)
    {
        var call = new LoopCall<T>((running, answer) => answer.Complete(ask(running)));
        loop.Post(call);
        return call.Answer;
    }
}
