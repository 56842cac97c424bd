using Forewave.Broker.Delivery.Groups;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>What a scenario is made of; drawn from its seed.</summary>
internal sealed record ScenarioPlan
{
    public required IReadOnlyList<QueuePlan> Queues { get; init; }

    public required IReadOnlyList<GroupPlan> Groups { get; init; }

    public required int Producers { get; init; }

    /// <summary>One of the producers begins transactions.</summary>
    public required bool HasTransactions { get; init; }

    public required int Lives { get; init; }

    public required int DeliveryLoops { get; init; }

    /// <summary>Deduplication ids that are known in memory before they are written to a slice.</summary>
    public required int TableIds { get; init; }

    /// <summary>Draws a plan.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="allRelaxed">Every queue answers before the sync.</param>
    public static ScenarioPlan Draw(Random random, bool allRelaxed)
    {
        QueuePlan[] queues =
        [
            .. Enumerable.Range(1, random.Next(1, 3)).Select(number => QueuePlan.Draw($"q{number}", random, allRelaxed || random.Next(4) == 0)),
        ];
        var groups = new List<GroupPlan>();
        foreach (var queue in queues)
        {
            // Nothing but what expires escapes the first group: what is in the queue is what it got.
            groups.Add(new GroupPlan(queue, "g1", random.Next(1, 4)));
            int others = random.Next(3);
            for (int i = 0; i < others; i++)
                groups.Add(DrawGroup(random, queue, $"g{i + 2}"));
        }
        return new ScenarioPlan
        {
            Queues = queues,
            Groups = groups,
            Producers = random.Next(1, 4),
            Lives = random.Next(2, 5),
            DeliveryLoops = random.Next(1, 3),
            TableIds = random.Next(10, 80),
            HasTransactions = random.Next(2) == 0,
        };
    }

    private static GroupPlan DrawGroup(Random random, QueuePlan queue, string name)
    {
        FailurePolicy[] drawn = [FailurePolicy.Hold, FailurePolicy.Park, FailurePolicy.Park, FailurePolicy.Skip];
        var policy = queue.Keys == 0 ? FailurePolicy.Hold : drawn[random.Next(drawn.Length)];
        var plan = DrawGroup(random, new GroupPlan(queue, name, random.Next(1, 3)), policy);
        return plan with
        {
            IsLimited = random.Next(4) == 0 && !plan.IsAtMostOnce,
            BuriesExpired = random.Next(2) == 0 && (queue.HasExpiry || queue.LifeSeconds > 0),
            IsDeleted = random.Next(3) == 0,
        };
    }

    private static GroupPlan DrawGroup(Random random, GroupPlan plan, FailurePolicy policy)
    {
        return random.Next(6) switch
        {
            5 => plan with { Consumers = 2, IsControlled = true, MaxAttempts = (uint)random.Next(2) * 3, Policy = policy },
            0 => plan with { IsAtMostOnce = true },
            1 => plan with { Consumers = 1, AcksUpTo = true, Policy = policy },
            2 or 3 => plan with { MaxAttempts = (uint)random.Next(1, 4), Policy = policy },
            _ => plan with { Policy = policy },
        };
    }
}
