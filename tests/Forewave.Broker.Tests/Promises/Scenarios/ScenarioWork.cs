using Forewave.Broker.Tests.Promises.Histories;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What clients and operators do in one life, in random order, until the life ends or they have done enough.</summary>
internal sealed class ScenarioWork(Scenario scenario)
{
    private readonly Random _random = scenario.Random;

    public async Task RunAsync()
    {
        for (int steps = _random.Next(20, 110); steps > 0 && !scenario.LifeHasEnded; steps--)
        {
            await StepAsync();
            // A client may be quick or slow; what it did meanwhile goes its ways.
            for (int turns = _random.Next(3) == 0 ? _random.Next(30) : 0; turns > 0; turns--)
                await Task.Yield();
        }
        if (_random.Next(2) == 0)
            await scenario.PingAllAsync();
    }

    private async Task StepAsync()
    {
        switch (_random.Next(100))
        {
            case < 30:
                Any(scenario.Producers).Publish(_random);
                break;
            case < 50:
                Any(scenario.Consumers).Ask(_random);
                break;
            case < 75:
                Any(scenario.Consumers).Settle(_random);
                break;
            case < 88:
                await scenario.PingAllAsync();
                break;
            case < 93:
                await scenario.PingAllAsync();
                scenario.Time.Move(TimeSpan.FromSeconds(_random.Next(1, 15)));
                break;
            case < 96:
                await ReconnectAsync(Any(scenario.Consumers));
                break;
            case < 98:
                await ReconnectAsync(Any(scenario.Producers));
                break;
            default:
                await RedriveAsync(scenario.Plan.Groups[_random.Next(scenario.Plan.Groups.Count)]);
                break;
        }
    }

    private async Task ReconnectAsync(ScenarioConsumer consumer)
    {
        await consumer.LeaveAsync(_random);
        await consumer.ConnectAsync(_random);
    }

    private static async Task ReconnectAsync(ScenarioProducer producer)
    {
        await producer.LeaveAsync();
        await producer.ConnectAsync();
    }

    private async Task RedriveAsync(GroupPlan plan)
    {
        var list = new V1.ListDead { Queue = plan.Key.Queue, Group = plan.Key.Group, Max = 5 };
        var listed = await scenario.AdministerAsync(new V1.AdministrationRequest { ListDead = list });
        if (listed?.Administration?.Dead is not { Letters.Count: > 0 } dead)
            return;
        var redrive = new V1.RedriveDead { Queue = plan.Key.Queue, Group = plan.Key.Group };
        redrive.Places.AddRange(dead.Letters.Select(letter => letter.Place));
        Note(EventKind.RedriveSent);
        var answer = await scenario.AdministerAsync(new V1.AdministrationRequest { RedriveDead = redrive });
        if (answer?.Administration is not null)
            Note(EventKind.RedriveAnswered);

        void Note(EventKind kind)
        {
            foreach (var letter in dead.Letters)
                scenario.History.Add(new HistoryEvent { Kind = kind, Group = plan.Key, Offset = (long)letter.Offset });
        }
    }

    private T Any<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
}
