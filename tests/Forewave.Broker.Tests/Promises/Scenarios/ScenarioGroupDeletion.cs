using Forewave.Broker.Tests.Promises.Histories;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// Groups that are deleted and made anew under their names while their queue and its other groups go on: in the history each is a
/// group of its own, which gets everything from the beginning.
/// </summary>
internal sealed class ScenarioGroupDeletion(Scenario scenario)
{
    /// <summary>Deletes a group under its consumers, and makes it anew.</summary>
    public async Task DeleteAsync(GroupPlan plan)
    {
        var deleted = plan.Key;
        scenario.History.Add(new HistoryEvent { Kind = EventKind.GroupDeleteSent, Group = deleted });
        scenario.DeadWorks.RemoveAll(work => work.Plan == plan);
        scenario.Deleting[NameOf(plan)] = false;
        var request = new V1.DeleteGroup { Queue = plan.Queue.Name, Group = plan.Name };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { DeleteGroup = request });
        if (answer?.Administration is null)
            return;
        scenario.Deleting[NameOf(plan)] = true;
        scenario.History.Add(new HistoryEvent { Kind = EventKind.GroupDeleteAnswered, Group = deleted });
        foreach (var consumer in Consumers(plan))
            await consumer.LeaveAsync(scenario.Random);
        if (!await ResolveAsync(plan))
            return;
        foreach (var consumer in Consumers(plan))
        {
            if (!await consumer.ConnectAsync(scenario.Random) || !await new GroupSetting(scenario).ApplyAsync(plan))
                return;
        }
    }

    /// <summary>
    /// Finds out whether a group that was to be deleted is there, while nobody makes it: one that is not is another group from now on,
    /// one that is has to keep all its promises. False: the broker is gone.
    /// </summary>
    public async Task<bool> ResolveAsync(GroupPlan plan)
    {
        if (!scenario.Deleting.TryGetValue(NameOf(plan), out bool isAnswered))
            return true;
        var show = new V1.ShowGroup { Queue = plan.Queue.Name, Group = plan.Name };
        var shown = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowGroup = show });
        if (shown is null)
            return false;
        scenario.Deleting.Remove(NameOf(plan));
        if (shown.Administration is not null)
        {
            scenario.History.Add(new HistoryEvent { Kind = isAnswered ? EventKind.DeletedFound : EventKind.GroupKept, Group = plan.Key });
            return true;
        }
        plan.Deletions++;
        foreach (var consumer in Consumers(plan))
            consumer.Forget();
        return true;
    }

    // No queue is called so.
    private static string NameOf(GroupPlan plan) => $"{plan.Queue.Name}/{plan.Name}";

    private IEnumerable<ScenarioConsumer> Consumers(GroupPlan plan) => scenario.Consumers.Where(consumer => consumer.Plan == plan);
}
