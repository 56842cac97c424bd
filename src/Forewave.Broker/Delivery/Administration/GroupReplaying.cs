using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Replays;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>
/// Lets ranges of queues come to groups once more. For any thread. What is changed is committed when a call comes back; refusals are
/// <see cref="ForewaveException"/>s.
/// </summary>
internal sealed class GroupReplaying(DeliveryLoops loops)
{
    /// <summary>Begins a replay, or says what it would mean.</summary>
    public async Task<ReplayResult> BeginAsync(QueueEntry queue, GroupName name, ReplayRequest request)
    {
        // Of times before the first message, both of which would be its offset, nothing could be told later.
        if (request is { From.Kind: StartKind.Time, To.Kind: StartKind.Time } && request.To.Value < request.From.Value)
            throw new ForewaveException(ErrorCode.ReplayRangeInvalid, "It ends before it begins.");
        var from = await FindAsync(queue, request.From);
        var to = await FindAsync(queue, request.To);
        return await Call<ReplayResult>(queue, (loop, call) =>
        {
            var group = DeliveryAdministration.Find(loop, queue, name);
            if (!request.DryRun)
                RequireRoom(loop, group);
            if (!group.TryMakeParts())
                return false;
            var plan = Plan(group, request, from, to);
            if (!request.DryRun)
            {
                if (!plan.TryBegin(loop, request.Rate))
                    return false;
                loop.Log.ReplayBegun(group.State.Identity, plan.Counts);
            }
            return call.CompleteCommitted(loop, new ReplayResult(plan.Counts, DeliveryAdministration.DetailsOf(group)));
        });
    }

    /// <summary>Calls the replay of a group off: what is left of it does not come.</summary>
    public Task<GroupDetails> CancelAsync(QueueEntry queue, GroupName name) => Call<GroupDetails>(queue, (loop, call) =>
    {
        var group = DeliveryAdministration.Find(loop, queue, name);
        if (!IsRunning(group))
            throw new ForewaveException(ErrorCode.NoReplay);
        if (!ReplayPlan.TryCancel(group))
            return false;
        loop.Log.ReplayCancelled(group.State.Identity);
        return call.CompleteCommitted(loop, DeliveryAdministration.DetailsOf(group));
    });

    private static bool IsRunning(GroupDelivery group) => group.Parts.Any(static part => part.State.Replay?.IsRunning == true);

    private static void RequireRoom(DeliveryLoop loop, GroupDelivery group)
    {
        if (IsRunning(group))
            throw new ForewaveException(ErrorCode.ReplayRunning);
        int running = loop.Queues.Groups.Where(static one => one.State.Replay?.IsRunning == true).Select(static one => one.Main).Distinct().Count();
        if (running >= Limits.ReplaysPerLoop)
            throw new ForewaveException(ErrorCode.TooManyReplays);
    }

    private static ReplayPlan Plan(GroupDelivery group, in ReplayRequest request, StartSearch? from, StartSearch? to)
    {
        var plan = new ReplayPlan();
        foreach (var part in Chosen(group, request))
        {
            var band = part.Queue;
            long first = request.From.Kind == StartKind.Offset ? PriorityBand.InBand(request.From.Value) : band.StartOffset(request.From, from);
            long end = request.To.Kind == StartKind.Offset ? PriorityBand.InBand(request.To.Value) + 1 : band.StartOffset(request.To, to);
            if (first < band.Lowest || first > band.End || end > band.End)
                throw new ForewaveException(ErrorCode.ReplayRangeInvalid, $"The queue has the offsets {band.Band.OnWire(band.Lowest)} to {band.Band.OnWire(band.End) - 1}.");
            if (end < first)
                throw new ForewaveException(ErrorCode.ReplayRangeInvalid, "It ends before it begins.");
            plan.Add(part, new OffsetSpan { First = first, End = end });
        }
        return plan;
    }

    /// <summary>The bands of priority that a range is of: that of its offsets, where it names such.</summary>
    private static IEnumerable<GroupDelivery> Chosen(GroupDelivery group, in ReplayRequest request)
    {
        var offsets = new[] { request.From, request.To }.Where(static point => point.Kind == StartKind.Offset)
            .Select(static point => PriorityBand.OfOffset(point.Value)).Distinct().ToArray();
        if (offsets.Length == 0)
            return group.Parts;
        if (offsets.Length > 1 || group.PartIn(offsets[0]) is not { } part)
            throw new ForewaveException(ErrorCode.ReplayRangeInvalid, "Its offsets are of different priorities, or of one that the queue does not have.");
        return [part];
    }

    private async Task<StartSearch?> FindAsync(QueueEntry queue, StartPoint point)
    {
        if (point.Kind != StartKind.Time)
            return null;
        var loop = loops.Of(queue.Id);
        if (point.Value > loop.Now)
            throw new ForewaveException(ErrorCode.ReplayRangeInvalid, "The time has not come yet.");
        return await StartSearch.RunAsync(loop.Store, queue.Id, new Timestamp(point.Value));
    }

    private Task<T> Call<T>(QueueEntry queue, Func<DeliveryLoop, LoopCall<T>, bool> body)
    {
        var call = new LoopCall<T>(body);
        loops.Of(queue.Id).Post(call);
        return call.Answer;
    }
}
