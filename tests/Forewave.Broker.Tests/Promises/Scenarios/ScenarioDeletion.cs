using Forewave.Broker.Tests.Promises.Histories;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>Queues that are deleted and made anew under their names: in the history each is a queue of its own.</summary>
internal sealed class ScenarioDeletion(Scenario scenario)
{
    /// <summary>Deletes a queue with all that is in it, and makes it anew.</summary>
    public async Task DeleteAsync(QueuePlan queue)
    {
        var deleted = GroupKey.OfQueue(queue.Label);
        scenario.History.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = deleted });
        scenario.Timed.RemoveAll(timed => timed.Message.Queue == queue);
        scenario.DeadWorks.RemoveAll(work => work.Plan.Queue == queue);
        scenario.Deleting[queue.Name] = false;
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { DeleteQueue = new V1.DeleteQueue { Queue = queue.Name } });
        if (answer?.Administration is null)
            return;
        scenario.Deleting[queue.Name] = true;
        scenario.History.Add(new HistoryEvent { Kind = EventKind.DeleteAnswered, Group = deleted });
        foreach (var consumer in Consumers(queue))
            await consumer.LeaveAsync(scenario.Random);
        if (!await ResolveAsync(queue) || !await scenario.MakeQueueAsync(queue))
            return;
        foreach (var consumer in Consumers(queue))
        {
            if (!await consumer.ConnectAsync(scenario.Random) || !await new GroupSetting(scenario).ApplyAsync(consumer.Plan))
                return;
        }
        // Some publish by the handles of the deleted queue first.
        foreach (var producer in scenario.Producers.Where(_ => scenario.Random.Next(2) == 0))
        {
            await producer.LeaveAsync();
            await producer.ConnectAsync();
        }
    }

    /// <summary>
    /// Finds out whether a queue that was to be deleted is there, while nobody makes it: one that is not is another queue from now on.
    /// False: the broker is gone.
    /// </summary>
    public async Task<bool> ResolveAsync(QueuePlan queue)
    {
        if (!scenario.Deleting.TryGetValue(queue.Name, out bool isAnswered))
            return true;
        var shown = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowQueue = new V1.ShowQueue { Queue = queue.Name } });
        if (shown is null)
            return false;
        bool isThere = shown.Administration is not null;
        if (isThere && isAnswered)
            scenario.History.Add(new HistoryEvent { Kind = EventKind.DeletedFound, Group = GroupKey.OfQueue(queue.Label) });
        scenario.Deleting.Remove(queue.Name);
        if (isThere)
            return true;
        scenario.Unmade(queue);
        queue.Deletions++;
        foreach (string name in scenario.Deleting.Keys.Where(name => name.StartsWith($"{queue.Name}/", StringComparison.Ordinal)).ToList())
            scenario.Deleting.Remove(name);
        foreach (var consumer in Consumers(queue))
            consumer.Forget();
        return true;
    }

    private IEnumerable<ScenarioConsumer> Consumers(QueuePlan queue) => scenario.Consumers.Where(consumer => consumer.Plan.Queue == queue);
}
