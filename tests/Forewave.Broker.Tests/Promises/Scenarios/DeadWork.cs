namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>A redrive or purge of dead letters that was answered.</summary>
/// <param name="Plan">Of this group.</param>
/// <param name="Number">The operation's number.</param>
/// <param name="Offsets">What it is about.</param>
internal sealed record DeadWork(GroupPlan Plan, ulong Number, IReadOnlyList<long> Offsets)
{
    /// <summary>It goes on by itself, for all that is known.</summary>
    public bool MayGoOn { get; set; }

    /// <summary>Unix time in milliseconds: one that goes on leaves alone what died from then on.</summary>
    public ulong DiedBefore { get; init; }

    /// <summary>The start of the broker in which it began.</summary>
    public int Life { get; init; }
}
