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
            case < 10 when scenario.Shop is { } shop:
                shop.Step();
                break;
            case < 30:
                Any(scenario.Producers).Publish(_random);
                break;
            case < 50:
                Any(scenario.Consumers).Ask(_random);
                break;
            case < 72:
                Any(scenario.Consumers).Settle(_random);
                break;
            case < 82:
                await scenario.PingAllAsync();
                break;
            case < 87:
                await scenario.PingAllAsync();
                scenario.Time.Move(TimeSpan.FromSeconds(_random.Next(1, 15)));
                break;
            case < 88:
                await ReconnectAsync(Any(scenario.Consumers));
                break;
            case < 89:
                await ReconnectAsync(Any(scenario.Producers));
                break;
            default:
                await new ScenarioOperator(scenario).ActAsync(_random);
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

    private T Any<T>(IReadOnlyList<T> all) => all[_random.Next(all.Count)];
}
