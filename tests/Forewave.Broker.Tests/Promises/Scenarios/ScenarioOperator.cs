using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What operators do while others publish and consume: one command at a time, its answer waited for.</summary>
internal sealed class ScenarioOperator(Scenario scenario)
{
    private readonly ScenarioUndertaker _undertaker = new(scenario);

    /// <summary>Some command.</summary>
    public async Task ActAsync(Random random)
    {
        var group = scenario.Plan.Groups[random.Next(scenario.Plan.Groups.Count)];
        var queue = scenario.Plan.Queues[random.Next(scenario.Plan.Queues.Count)];
        if (group.IsControlled && random.Next(3) > 0)
        {
            await new ScenarioControl(scenario).ActAsync(group, random);
            return;
        }
        if (group.IsLimited && random.Next(3) == 0)
        {
            await new ScenarioControl(scenario).LimitAsync(group, random);
            return;
        }
        if (scenario.Shop is { } shop && random.Next(8) == 0)
        {
            await new ScenarioDecider(scenario, shop).DecideAsync(TransactionChoice.OfOperators);
            return;
        }
        await (random.Next(14) switch
        {
            < 2 => _undertaker.DoAsync(group, purges: false),
            2 => _undertaker.DoAsync(group, purges: true),
            3 or 4 => _undertaker.BeginAsync(group, random),
            5 or 6 => _undertaker.UndoAsync(random),
            7 when queue.IsPurged => PurgeAsync(queue),
            8 or 9 or 10 => ResumeAsync(Parking(group), random),
            11 when queue.IsDeleted => new ScenarioDeletion(scenario).DeleteAsync(queue),
            12 or 13 when group.IsDeleted => new ScenarioGroupDeletion(scenario).DeleteAsync(group),
            _ => RescheduleAsync(random),
        });
    }

    /// <summary>A group that may have parked keys, if there is one.</summary>
    private GroupPlan Parking(GroupPlan chosen) => chosen.Policy == FailurePolicy.Park
        ? chosen
        : scenario.Plan.Groups.FirstOrDefault(static plan => plan.Policy == FailurePolicy.Park, chosen);

    /// <summary>Lets all parked keys of a group go on; false: there is none.</summary>
    public async Task<bool> ResumeAsync(GroupPlan plan, Random random)
    {
        if (plan.Policy != FailurePolicy.Park)
            return false;
        var show = new V1.ShowGroup { Queue = plan.Queue.Name, Group = plan.Name };
        var shown = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowGroup = show });
        var parked = shown?.Administration?.Group?.ParkedKeys.ToList() ?? [];
        foreach (var key in parked)
        {
            bool givesUp = random.Next(2) == 0;
            var resume = new V1.ResumeKey { Queue = plan.Queue.Name, Group = plan.Name, OrderingKey = key.OrderingKey, GiveUp = givesUp };
            var sent = new HistoryEvent
            {
                Kind = EventKind.ResumeSent, Group = plan.Key, Offset = (long)key.Offset, OrderingKey = key.OrderingKey,
                Verb = givesUp ? SettleVerb.Reject : SettleVerb.Release,
            };
            int request = scenario.History.Add(sent);
            var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ResumeKey = resume });
            NoteAnswer(sent with { Kind = EventKind.ResumeAnswered, Request = request }, answer);
        }
        return parked.Count > 0;
    }

    private async Task PurgeAsync(QueuePlan queue)
    {
        var sent = new HistoryEvent { Kind = EventKind.PurgeSent, Group = GroupKey.OfQueue(queue.Label) };
        int request = scenario.History.Add(sent);
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { PurgeQueue = new V1.PurgeQueue { Queue = queue.Name } });
        if (answer?.Administration is not null)
            scenario.History.Add(sent with { Kind = EventKind.PurgeAnswered, Request = request });
    }

    /// <summary>Withdraws a scheduled message, or gives it another time: by its id, or by a key that it alone has.</summary>
    private async Task RescheduleAsync(Random random)
    {
        if (scenario.Timed.Count == 0)
            return;
        var (message, position) = scenario.Timed[random.Next(scenario.Timed.Count)];
        // Its receipt may have come after its queue was deleted.
        if (message.SentTo != message.Queue.Label)
            return;
        var choice = random.Next(2) == 0
            ? new V1.ScheduledChoice { Positions = { position } }
            : new V1.ScheduledChoice { Queue = message.Queue.Name, Key = message.OwnKey };
        var sent = new HistoryEvent { Kind = EventKind.CancelSent, Group = GroupKey.OfQueue(message.SentTo), Message = message.Key, Position = position };
        var request = new V1.AdministrationRequest { CancelScheduled = new V1.CancelScheduled { Choice = choice } };
        if (random.Next(3) > 0)
        {
            long due = scenario.Time.GetUtcNow().ToUnixTimeMilliseconds() + random.Next(60_000);
            sent = sent with { Kind = EventKind.RescheduleSent, Due = due };
            request = new V1.AdministrationRequest { Reschedule = new V1.Reschedule { Choice = choice, DeliverAt = (ulong)due } };
        }
        int number = scenario.History.Add(sent);
        var answer = await scenario.AdministerAsync(request);
        bool isCancel = sent.Kind == EventKind.CancelSent;
        NoteAnswer(sent with { Kind = isCancel ? EventKind.CancelAnswered : EventKind.RescheduleAnswered, Request = number }, answer);
    }

    private void NoteAnswer(HistoryEvent answered, V1.ServerFrame? answer)
    {
        if (answer is null)
            return;
        var error = (ErrorCode)(answer.Error?.Number ?? 0);
        bool isUnknown = error is ErrorCode.PartitionStopped or ErrorCode.StoreUnavailable or ErrorCode.ShuttingDown;
        if (!isUnknown)
            scenario.History.Add(answered with { Error = error });
    }
}
