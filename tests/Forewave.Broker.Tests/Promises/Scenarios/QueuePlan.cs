namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A queue of a scenario, and what its messages ask for.</summary>
internal sealed record QueuePlan(string Name)
{
    /// <summary>It answers before the sync.</summary>
    public bool IsRelaxed { get; init; }

    /// <summary>How many ordering keys its messages have; 0: none.</summary>
    public int Keys { get; init; }

    /// <summary>Some are delayed or scheduled.</summary>
    public bool HasDelays { get; init; }

    /// <summary>Some have another priority than 4.</summary>
    public bool HasPriorities { get; init; }

    /// <summary>How many deduplication ids its messages have; 0: none.</summary>
    public int Ids { get; init; }

    /// <summary>For how long an id is known; 0: the default.</summary>
    public int WindowSeconds { get; init; }

    /// <summary>It is purged now and then.</summary>
    public bool IsPurged { get; init; }

    /// <summary>It is deleted now and then, and made anew under its name.</summary>
    public bool IsDeleted { get; init; }

    /// <summary>Some messages name until when they are to come.</summary>
    public bool HasExpiry { get; init; }

    /// <summary>How long messages live that name no time; 0: as long as they are kept.</summary>
    public int LifeSeconds { get; init; }

    /// <summary>How often it was deleted.</summary>
    public int Deletions { get; set; }

    /// <summary>Its name in the history: another one after each deletion.</summary>
    public string Label => Deletions == 0 ? Name : $"{Name}~{Deletions}";

    /// <summary>Draws one; a third have messages that ask for nothing.</summary>
    public static QueuePlan Draw(string name, Random random, bool isRelaxed)
    {
        var plain = new QueuePlan(name) { IsRelaxed = isRelaxed };
        if (random.Next(3) == 0)
            return plain;
        return plain with
        {
            Keys = random.Next(2) == 0 ? random.Next(1, 6) : 0,
            HasDelays = random.Next(2) == 0,
            HasPriorities = random.Next(3) == 0,
            Ids = random.Next(2) == 0 ? random.Next(5, 150) : 0,
            WindowSeconds = random.Next(2) == 0 ? random.Next(5, 120) : 0,
            IsPurged = random.Next(4) == 0,
            IsDeleted = random.Next(5) == 0,
            HasExpiry = random.Next(3) == 0,
            LifeSeconds = random.Next(5) == 0 ? random.Next(4, 90) : 0,
        };
    }
}
