using Forewave.Broker.Tests.Promises.Histories;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What a scenario is made of; drawn from its seed.</summary>
internal sealed record ScenarioPlan
{
    public required IReadOnlyList<string> Queues { get; init; }

    /// <summary>Those that answer before the sync.</summary>
    public required IReadOnlySet<string> Relaxed { get; init; }

    public required IReadOnlyList<GroupPlan> Groups { get; init; }

    public required int Producers { get; init; }

    public required int Lives { get; init; }

    public required int DeliveryLoops { get; init; }

    /// <summary>Draws a plan.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="allRelaxed">Every queue answers before the sync.</param>
    public static ScenarioPlan Draw(Random random, bool allRelaxed)
    {
        string[] queues = [.. Enumerable.Range(1, random.Next(1, 3)).Select(number => $"q{number}")];
        var groups = new List<GroupPlan>();
        foreach (string queue in queues)
        {
            // Nothing escapes the first group: what is in the queue is what it got.
            groups.Add(new GroupPlan(GroupKey.OfQueue(queue).Of("g1"), random.Next(1, 4)));
            int others = random.Next(3);
            for (int i = 0; i < others; i++)
                groups.Add(DrawGroup(random, GroupKey.OfQueue(queue).Of($"g{i + 2}")));
        }
        return new ScenarioPlan
        {
            Queues = queues,
            Relaxed = queues.Where(_ => allRelaxed || random.Next(4) == 0).ToHashSet(),
            Groups = groups,
            Producers = random.Next(1, 4),
            Lives = random.Next(2, 5),
            DeliveryLoops = random.Next(1, 3),
        };
    }

    private static GroupPlan DrawGroup(Random random, GroupKey key) => random.Next(5) switch
    {
        0 => new GroupPlan(key, random.Next(1, 3)) { IsAtMostOnce = true },
        1 => new GroupPlan(key, 1) { AcksUpTo = true },
        2 => new GroupPlan(key, random.Next(1, 3)) { MaxAttempts = (uint)random.Next(1, 4) },
        _ => new GroupPlan(key, random.Next(1, 3)),
    };
}
