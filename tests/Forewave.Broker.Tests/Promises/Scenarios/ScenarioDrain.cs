using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// The end of a scenario: all that is unanswered is published, all that comes is acked, time passes until the broker says that no
/// group has anything left; then the dead letters are listed.
/// </summary>
internal sealed class ScenarioDrain(Scenario scenario)
{
    private const int MostRounds = 400;
    private const int MostPerPull = 500;
    private const int MostPasses = 20;
    private const int RoundsWithLimits = 6;
    private const int RoundsForQuestions = 3;

    // What was redriven is in no count of a group before it is handed out.
    private const int RoundsToBeSure = 3;

    public async Task<Violation?> RunAsync()
    {
        int idleRounds = 0;
        IReadOnlyList<TestMessage> last = [];
        for (int round = 0; round < MostRounds; round++)
        {
            await RoundAsync(round);
            if (last.Count == 0 && scenario.Producers.All(producer => producer.IsDone) && await IsDecidedAsync())
                last = scenario.Producers[0].PublishLast(scenario.Random);
            idleRounds = last.Count > 0 && HaveAllSeen(last) && await IsDrainedAsync() ? idleRounds + 1 : 0;
            if (idleRounds < RoundsToBeSure)
                continue;
            // A message that is due is scheduled no more and in its queue only when its record is committed.
            await CommitAsync();
            if (await IsDrainedAsync())
                return await NoteAllDeadAsync();
            idleRounds = 0;
        }
        return new Violation(ViolationKind.Stuck, $"after {MostRounds} rounds some group is not drained: {await StateAsync()}");
    }

    private async Task RoundAsync(int round)
    {
        foreach (var producer in scenario.Producers.Where(producer => !producer.IsDone || producer.Shop is { IsOpen: false } || round == 0))
        {
            await scenario.PingAllAsync();
            if (producer.IsDone && producer.Shop is not { IsOpen: false } && round > 0)
                continue;
            // At first all of them: some have handles of deleted queues.
            await producer.LeaveAsync();
            await producer.ConnectAsync();
        }
        await DecideAsync(round);
        foreach (var group in scenario.Plan.Groups.Where(group => group.IsControlled))
            await new ScenarioControl(scenario).UnpauseAsync(group);
        foreach (var group in scenario.Plan.Groups.Where(group => group.IsLimited && round == RoundsWithLimits))
            await new ScenarioControl(scenario).UnlimitAsync(group);
        foreach (var consumer in scenario.Consumers)
        {
            if (consumer.Connection is null)
            {
                await consumer.LeaveAsync(scenario.Random);
                await consumer.ConnectAsync(scenario.Random);
            }
        }
        // Of each ordering key one message comes at a time.
        for (int passes = 0; passes < MostPasses && await PassAsync(); passes++)
            await scenario.PingAllAsync();
        foreach (var group in scenario.Plan.Groups)
            await new ScenarioOperator(scenario).ResumeAsync(group, scenario.Random);
        if (scenario.Consumers.All(consumer => consumer.HeldCount == 0))
            scenario.Time.Move(TimeSpan.FromSeconds(scenario.Random.Next(8) == 0 ? 25 : 9));
    }

    /// <summary>Those who are to decide do; when there was time enough for questions and operators, the producer decides what is left.</summary>
    private async Task DecideAsync(int round)
    {
        if (scenario.Shop is not { IsOver: false } shop)
            return;
        shop.Press(all: round >= RoundsForQuestions);
        await scenario.PingAllAsync();
        if (round > 0)
            await new ScenarioDecider(scenario, shop).DecideAsync(TransactionChoice.OfOperators);
    }

    /// <summary>No transaction is open, for all that the producer and the broker know.</summary>
    private async Task<bool> IsDecidedAsync()
    {
        if (scenario.Shop is not { } shop)
            return true;
        await scenario.PingAllAsync();
        return shop.IsOver && await new ScenarioDecider(scenario, shop).DecideAsync(TransactionChoice.All) == 0;
    }

    /// <summary>Asks for messages, and acks all that are held; false: there was none.</summary>
    private async Task<bool> PassAsync()
    {
        foreach (var consumer in scenario.Consumers)
            consumer.Pull(MostPerPull, 0);
        await scenario.PingAllAsync();
        bool any = scenario.Consumers.Any(consumer => consumer.HeldCount > 0);
        foreach (var consumer in scenario.Consumers)
            consumer.AckAll(scenario.Random);
        await scenario.PingAllAsync();
        return any;
    }

    /// <summary>What was published last of all has come to every group: so has all the rest.</summary>
    private bool HaveAllSeen(IReadOnlyList<TestMessage> last) => scenario.Plan.Groups.All(group => last
        .Where(message => message.Queue == group.Queue)
        .All(message => scenario.Consumers.Any(consumer => consumer.Plan == group && consumer.HasSeen(message.Key))));

    private async Task<bool> IsDrainedAsync()
    {
        foreach (var group in scenario.Plan.Groups)
        {
            var details = await ShowAsync(group);
            if (details is not { Unread: 0, Leased: 0, Waiting: 0, Held: 0, Parked: 0 } || details.Replay?.State == V1.ReplayState.Running)
                return false;
        }
        foreach (var queue in scenario.Plan.Queues)
        {
            var show = new V1.AdministrationRequest { ShowQueue = new V1.ShowQueue { Queue = queue.Name } };
            if ((await scenario.AdministerAsync(show))?.Administration?.Queue is not { Scheduled: 0 })
                return false;
        }
        if (await new ScenarioUndertaker(scenario).GoesAnyOnAsync() is not false)
            return false;
        await scenario.PingAllAsync();
        return scenario.Producers.All(producer => producer.IsDone) && scenario.Consumers.All(consumer => consumer.HeldCount == 0);
    }

    private async Task<V1.GroupDetails?> ShowAsync(GroupPlan group)
    {
        var show = new V1.ShowGroup { Queue = group.Queue.Name, Group = group.Name };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowGroup = show });
        return answer?.Administration?.Group;
    }

    private async Task<string> StateAsync()
    {
        var states = new List<string>();
        foreach (var group in scenario.Plan.Groups)
            states.Add($"{group.Key}: {await ShowAsync(group)}");
        return string.Join(", ", states);
    }

    /// <summary>What was appended before this is committed after it, and its loops have heard of it when they answer the next question.</summary>
    private async Task CommitAsync()
    {
        foreach (var queue in scenario.Plan.Queues)
            await scenario.AdministerAsync(new V1.AdministrationRequest { SetQueue = new V1.SetQueue { Queue = queue.Name } });
        await scenario.PingAllAsync();
    }

    private async Task<Violation?> NoteAllDeadAsync()
    {
        foreach (var plan in scenario.Plan.Groups)
        {
            ulong after = 0;
            ulong count = 0;
            for (bool more = true; more;)
            {
                var list = new V1.ListDead { Queue = plan.Queue.Name, Group = plan.Name, After = after, Max = 100 };
                var listed = await scenario.AdministerAsync(new V1.AdministrationRequest { ListDead = list });
                if (listed?.Administration?.Dead is not { } dead)
                    return new Violation(ViolationKind.WronglyRefused, $"the dead letters of {plan.Key} are not listed: {listed}");
                foreach (var letter in dead.Letters)
                {
                    if (await NoteDeadAsync(plan, after = letter.Place) is { } violation)
                        return violation;
                }
                more = dead.More;
                count += (ulong)dead.Letters.Count;
            }
            if (await ShowAsync(plan) is not { } details || details.Dead != count)
                return new Violation(ViolationKind.DeadLetterMissing, $"{count} dead letters of {plan.Key} are listed, it has {await StateAsync()}");
            scenario.History.Add(new HistoryEvent { Kind = EventKind.ExpiredCounted, Group = plan.Key, Count = (int)details.Expired });
        }
        return null;
    }

    private async Task<Violation?> NoteDeadAsync(GroupPlan plan, ulong place)
    {
        var show = new V1.ShowDead { Queue = plan.Queue.Name, Group = plan.Name, Place = place };
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { ShowDead = show });
        if (answer?.Administration?.DeadLetter is not { } letter)
            return new Violation(ViolationKind.WronglyRefused, $"dead letter {place} of {plan.Key} is not shown: {answer}");
        scenario.History.Add(new HistoryEvent
        {
            Kind = EventKind.DeadListed,
            Group = plan.Key,
            Message = TestMessage.Read(letter.Message),
            Offset = (long)letter.Offset,
            Position = MessageId.TryParse(letter.MessageId, out var id) ? id.Position.Bits : 0,
            Text = TestMessage.DigestOf(letter.Message.Span),
            Reason = letter.Reason,
            Attempts = [.. letter.History.Select(attempt => new ListedAttempt(attempt.Attempt, attempt.Reason))],
        });
        return null;
    }
}
