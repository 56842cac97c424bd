using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What operators do with dead letters: redrive and purge them, at once and by operations that go on, and take that back.</summary>
internal sealed class ScenarioUndertaker(Scenario scenario)
{
    /// <summary>Redrives or purges some dead letters by their places.</summary>
    public async Task DoAsync(GroupPlan plan, bool purges)
    {
        var letters = await ListAsync(plan, 5);
        if (letters.Count == 0)
            return;
        var places = letters.Select(letter => letter.Place);
        var request = purges
            ? new V1.AdministrationRequest { PurgeDead = new V1.PurgeDead { Queue = plan.Queue.Name, Group = plan.Name, Places = { places } } }
            : new V1.AdministrationRequest { RedriveDead = new V1.RedriveDead { Queue = plan.Queue.Name, Group = plan.Name, Places = { places } } };
        Note(plan, purges ? EventKind.DeadPurgeSent : EventKind.RedriveSent, letters);
        var answer = await scenario.AdministerAsync(request);
        if (answer?.Administration?.Changed is not { } changed)
            return;
        Note(plan, purges ? EventKind.DeadPurgeAnswered : EventKind.RedriveAnswered, letters);
        scenario.DeadWorks.Add(new DeadWork(plan, changed.Operation, [.. letters.Select(letter => (long)letter.Offset)]));
    }

    /// <summary>Begins an operation that redrives all that died before now. Once it is answered it goes on, through restarts too.</summary>
    public async Task BeginAsync(GroupPlan plan, Random random)
    {
        var now = scenario.Time.GetUtcNow();
        // What died before now is listed when it is committed.
        await scenario.AdministerAsync(new V1.AdministrationRequest { SetQueue = new V1.SetQueue { Queue = plan.Queue.Name } });
        ulong before = (ulong)now.ToUnixTimeMilliseconds();
        var letters = (await ListAsync(plan, 1_000)).Where(letter => letter.DeathTime < before).ToList();
        if (letters.Count == 0)
            return;
        var begin = new V1.BeginDeadOperation
        {
            Queue = plan.Queue.Name, Group = plan.Name, Action = V1.DeadAction.Redrive, Rate = random.Next(3) switch { 0 => 0, 1 => 0.25, _ => 2 },
            Filter = $"died<{now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}",
        };
        Note(plan, EventKind.RedriveSent, letters);
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { BeginDeadOperation = begin });
        if (answer?.Administration?.DeadOperation is not { } begun)
        {
            // It may go on, unknown to all.
            scenario.DeadWorks.Add(new DeadWork(plan, 0, [.. letters.Select(letter => (long)letter.Offset)]) { MayGoOn = true, DiedBefore = before });
            return;
        }
        Note(plan, EventKind.RedriveAnswered, letters);
        scenario.DeadWorks.Add(new DeadWork(plan, begun.Number, [.. letters.Select(letter => (long)letter.Offset)])
        {
            MayGoOn = true, DiedBefore = before, Life = scenario.History.Life,
        });
    }

    /// <summary>Takes back what was done a while ago.</summary>
    public async Task UndoAsync(Random random)
    {
        // What is taken back an operation that goes on may redrive at any time.
        var works = scenario.DeadWorks.Where(work => work.Number > 0
            && !scenario.DeadWorks.Exists(other => other != work && other.MayGoOn && other.Plan == work.Plan)).ToList();
        if (works.Count == 0)
            return;
        // What was done last is what is taken back most often.
        var work = works[Math.Max(works.Count - 1 - random.Next(3), 0)];
        var plan = work.Plan;
        var key = plan.Key;
        foreach (long offset in work.Offsets)
            scenario.History.Add(new HistoryEvent { Kind = EventKind.UndoSent, Group = key, Offset = offset });
        var undo = new V1.UndoDeadOperation { Queue = plan.Queue.Name, Group = plan.Name, Number = work.Number };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { UndoDeadOperation = undo });
        if (answer?.Administration?.Changed is not { } changed)
            return;
        work.MayGoOn = false;
        if (changed.Operation == 0)
            return;
        var show = new V1.ShowDeadOperation { Queue = plan.Queue.Name, Group = plan.Name, Number = changed.Operation };
        var shown = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowDeadOperation = show });
        if (shown?.Administration?.DeadOperationResults is not { } results)
            return;
        await scenario.PingAllAsync();
        foreach (long offset in results.Results.Select(result => (long)result.Offset))
            scenario.History.Add(new HistoryEvent { Kind = EventKind.UndoAnswered, Group = key, Offset = offset });
    }

    /// <summary>Whether an operation on the dead letters of some group goes on; null: nobody answers.</summary>
    public async Task<bool?> GoesAnyOnAsync()
    {
        foreach (var queue in scenario.Plan.Queues)
        {
            for (ulong from = 0, more = 1; more > 0; from = more)
            {
                var list = new V1.ListDeadOperations { Queue = queue.Name, Max = 1_000, From = from };
                var listed = await scenario.AdministerAsync(new V1.AdministrationRequest { ListDeadOperations = list });
                if (listed?.Administration?.DeadOperations is not { } page)
                    return null;
                if (page.Operations.Any(operation => operation.State == V1.DeadOperationState.Running))
                    return true;
                more = page.Next;
            }
        }
        return false;
    }

    private async Task<IReadOnlyList<V1.DeadLetter>> ListAsync(GroupPlan plan, uint most)
    {
        var list = new V1.ListDead { Queue = plan.Queue.Name, Group = plan.Name, Max = most };
        var listed = await scenario.AdministerAsync(new V1.AdministrationRequest { ListDead = list });
        return [.. (listed?.Administration?.Dead?.Letters ?? []).Where(letter => !IsAwaited(plan, letter))];
    }

    /// <summary>An operation that goes on may take it at any time: two at once cannot be told apart afterwards.</summary>
    private bool IsAwaited(GroupPlan plan, V1.DeadLetter letter) => scenario.DeadWorks.Exists(work =>
        work.MayGoOn && work.Plan == plan && letter.DeathTime < work.DiedBefore && work.Offsets.Contains((long)letter.Offset));

    private void Note(GroupPlan plan, EventKind kind, IReadOnlyList<V1.DeadLetter> letters)
    {
        foreach (var letter in letters)
            scenario.History.Add(new HistoryEvent { Kind = kind, Group = plan.Key, Offset = (long)letter.Offset });
    }
}
