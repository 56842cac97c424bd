using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What operators do with groups that they control: reset, replay, pause. One command at a time, its answer waited for.</summary>
internal sealed class ScenarioControl(Scenario scenario)
{
    private const int LongestRange = 60;

    /// <summary>Some command.</summary>
    public Task ActAsync(GroupPlan plan, Random random) => random.Next(8) switch
    {
        0 or 1 => ResetAsync(plan, random),
        2 or 3 or 4 => ReplayAsync(plan, random),
        5 => CancelAsync(plan),
        6 => PauseAsync(plan),
        _ => UnpauseAsync(plan),
    };

    /// <summary>Lets a group that may be paused go on.</summary>
    public async Task UnpauseAsync(GroupPlan plan)
    {
        scenario.History.Add(new HistoryEvent { Kind = EventKind.UnpauseSent, Group = plan.Key });
        await SetAsync(plan, isPaused: false);
    }

    /// <summary>Gives a group another limit: low ones, which it meets.</summary>
    public Task LimitAsync(GroupPlan plan, Random random) => LimitAsync(plan, new V1.GroupOptions
    {
        Rate = random.Next(3) == 0 ? 0 : random.Next(1, 40) / 4.0, Burst = (uint)random.Next(1, 12),
        MaxLeased = random.Next(3) == 0 ? 0 : (uint)random.Next(1, 12),
    });

    /// <summary>Takes the limits of a group away.</summary>
    public Task UnlimitAsync(GroupPlan plan) => LimitAsync(plan, new V1.GroupOptions { Rate = 0, Burst = 0, MaxLeased = 0 });

    private async Task LimitAsync(GroupPlan plan, V1.GroupOptions options)
    {
        var sent = new HistoryEvent
        {
            Kind = EventKind.LimitSent, Group = plan.Key, Rate = options.Rate, Burst = (int)options.Burst, MaxLeased = (int)options.MaxLeased,
        };
        scenario.History.Add(sent);
        var set = new V1.SetGroup { Queue = plan.Queue.Name, Group = plan.Name, Options = options };
        if ((await scenario.AdministerAsync(new V1.AdministrationRequest { SetGroup = set }))?.Administration is null)
            return;
        // What was handed out before is read before.
        await scenario.PingAllAsync();
        scenario.History.Add(sent with { Kind = EventKind.LimitAnswered });
    }

    private async Task PauseAsync(GroupPlan plan)
    {
        scenario.History.Add(new HistoryEvent { Kind = EventKind.PauseSent, Group = plan.Key });
        if ((await SetAsync(plan, isPaused: true))?.Administration is not null)
            scenario.History.Add(new HistoryEvent { Kind = EventKind.PauseAnswered, Group = plan.Key });
    }

    private async Task ResetAsync(GroupPlan plan, Random random)
    {
        if (await RangeAsync(plan, random) is not { } range)
            return;
        var sent = range with { Kind = EventKind.ResetSent, Count = 0 };
        int request = scenario.History.Add(sent);
        var reset = new V1.ResetGroup { Queue = plan.Queue.Name, Group = plan.Name, Offset = (ulong)sent.Offset, Force = true };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ResetGroup = reset });
        Note(sent with { Kind = EventKind.ResetAnswered, Request = request }, answer);
    }

    private async Task ReplayAsync(GroupPlan plan, Random random)
    {
        if (await RangeAsync(plan, random) is not { Count: > 0 } range)
            return;
        int request = scenario.History.Add(range);
        var replay = new V1.ReplayGroup
        {
            Queue = plan.Queue.Name, Group = plan.Name, FromOffset = (ulong)range.Offset, ToOffset = (ulong)(range.Offset + range.Count - 1),
            Rate = random.Next(3) == 0 ? random.Next(1, 50) : 0,
        };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ReplayGroup = replay });
        Note(range with { Kind = EventKind.ReplayAnswered, Request = request }, answer);
    }

    private async Task CancelAsync(GroupPlan plan)
    {
        scenario.History.Add(new HistoryEvent { Kind = EventKind.ReplayCancelSent, Group = plan.Key });
        var cancel = new V1.CancelReplay { Queue = plan.Queue.Name, Group = plan.Name };
        await scenario.AdministerAsync(new V1.AdministrationRequest { CancelReplay = cancel });
    }

    /// <summary>Some offsets that the queue has now, when all that was sent before is answered; null: the broker is gone.</summary>
    private async Task<HistoryEvent?> RangeAsync(GroupPlan plan, Random random)
    {
        await scenario.PingAllAsync();
        var show = new V1.ShowQueue { Queue = plan.Queue.Name };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowQueue = show });
        if (answer?.Administration?.Queue is not { } queue)
            return null;
        long first = random.NextInt64((long)queue.FirstOffset, (long)queue.NextOffset + 1);
        long count = Math.Min(random.Next(1, LongestRange), (long)queue.NextOffset - first);
        return new HistoryEvent { Kind = EventKind.ReplaySent, Group = plan.Key, Offset = first, Count = (int)count };
    }

    private Task<V1.ServerFrame?> SetAsync(GroupPlan plan, bool isPaused)
    {
        var set = new V1.SetGroup { Queue = plan.Queue.Name, Group = plan.Name, Options = new V1.GroupOptions { Paused = isPaused } };
        return scenario.AdministerAsync(new V1.AdministrationRequest { SetGroup = set });
    }

    private void Note(HistoryEvent answered, V1.ServerFrame? answer)
    {
        if (answer is not null)
            scenario.History.Add(answered with { Error = (ErrorCode)(answer.Error?.Number ?? 0) });
    }
}
