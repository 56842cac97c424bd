using Forewave.Model.Steps;
using Forewave.Model.Worlds;

namespace Forewave.Model.Searches;

/// <summary>A rule switched wrong, and what the search has to find of it.</summary>
internal sealed record PlantedFault
{
    // What people and servers do to a commit that waits, one of them at a time, so that each trace shows the fault that it is for.
    private static readonly Rules Quiet = new() { HasKillQuery = false, HasSwitching = false, HasForeignReplica = false };

    // Without what only makes worlds more: for traces that are long.
    private static readonly Rules Plain = Quiet with { HasFreezes = false, HasZooKeeperKills = false };

    /// <summary>What is wrong.</summary>
    public required string Name { get; init; }

    public required Rules Rules { get; init; }

    /// <summary>A step that the trace has to have, for without it another fault was found; null: the start shows it.</summary>
    public required StepAction? Through { get; init; }

    public Broken Expected { get; init; } = Broken.AnsweredMessageLost;

    public static IReadOnlyList<PlantedFault> All { get; } =
    [
        new() { Name = "epoch checked only in one's own database", Rules = Quiet with { Evidence = Evidence.OwnFence }, Through = MasterSteps.Answer },
        new()
        {
            Name = "answer after the server's semi-sync time-out",
            Rules = Quiet with { Evidence = Evidence.Commit, HasServerTimeOut = true }, Through = DatabaseSteps.TimeOut,
        },
        new()
        {
            Name = "a restarted slave database that stays in inSync",
            Rules = Quiet with { RestartedDatabaseStays = true, Faults = 2 }, Through = FaultSteps.StartDatabase,
        },
        new() { Name = "takeover that applies before it fences", Rules = Quiet with { AppliesBeforeFence = true }, Through = SlaveSteps.Fence },
        new()
        {
            Name = "KILL QUERY of a waiting commit",
            Rules = Quiet with { Evidence = Evidence.Commit, HasKillQuery = true }, Through = DatabaseSteps.KillQuery,
        },
        new()
        {
            Name = "an acknowledgement from an unregistered replica",
            Rules = Quiet with { Evidence = Evidence.Counters, HasForeignReplica = true }, Through = DatabaseSteps.AcknowledgeForeign,
        },
        new()
        {
            Name = "a slave database that restarts between the fence and the versioned set",
            Rules = Quiet with { FenceOutlivesRestart = true }, Through = FaultSteps.StartDatabase,
        },
        new()
        {
            Name = "semi-sync switched off and on around a commit, seen by the counters alone",
            Rules = Quiet with { Evidence = Evidence.Counters, HasSwitching = true }, Through = DatabaseSteps.Switch,
        },
        new()
        {
            Name = "a commit that the restarted master's database knows, with counters that begin anew",
            Rules = Quiet with { Evidence = Evidence.Counters }, Through = FaultSteps.StartDatabase,
        },
        new()
        {
            Name = "a receiver that was started again and stays in inSync",
            Rules = Quiet with { RestartedReceiverStays = true, JoinsWithoutSet = true, Faults = 1 }, Through = SlaveSteps.Join,
        },
        new()
        {
            Name = "a receiver that starts by itself after the fence",
            Rules = Quiet with { ReceiverStartsByItself = true }, Through = FaultSteps.StartDatabase,
        },
        new()
        {
            Name = "a master that answers alone before the record says so",
            Rules = Quiet with { AnswersAloneFirst = true }, Through = MasterSteps.Remove,
        },
        new()
        {
            Name = "a slave in inSync before it is needed",
            Rules = Quiet with { AddsBeforeItNeeds = true, Messages = 1, Faults = 2 }, Through = MasterSteps.Add,
        },
        new()
        {
            Name = "a slave in inSync before it has received all",
            Rules = Quiet with { AddsBeforeCaughtUp = true, Faults = 1 }, Through = MasterSteps.Add,
        },
        new()
        {
            Name = "sets that do not name a version",
            Rules = Quiet with { SetsBlindly = true, Messages = 1 }, Through = SlaveSteps.Take, Expected = Broken.TwoMastersAnswer,
        },
        new()
        {
            Name = "a takeover that names the version that it read last",
            Rules = Quiet with { TakesByNewestVersion = true, Messages = 1 }, Through = ZooKeeperSteps.Read,
        },
        new()
        {
            Name = "a lost reply looked up in another session",
            Rules = Plain with { ResolvesInNewSession = true, Messages = 1, Faults = 3 }, Through = ZooKeeperSteps.ArriveLate,
        },
        new()
        {
            Name = "a slave's new process that sets nothing before it receives",
            Rules = Plain with { JoinsWithoutSet = true, Messages = 1, Faults = 3 }, Through = ZooKeeperSteps.ArriveLate,
        },
        new()
        {
            Name = "a master's new process that sets nothing before it serves",
            Rules = Plain with { OpensWithoutSet = true, Messages = 1, Faults = 3 }, Through = SlaveSteps.Open,
        },
        new()
        {
            Name = "a binary log that is not synced",
            Rules = Quiet with { LosesUnsyncedRows = true, Faults = 1 }, Through = FaultSteps.KillDatabase,
        },
        new()
        {
            Name = "a received position compared by its number alone",
            Rules = Quiet with { ComparesCountsOnly = true }, Through = MasterSteps.Prove, Expected = Broken.TwoMastersAnswer,
        },
        new()
        {
            Name = "a takeover that asks the old master's database first",
            Rules = Quiet with { AsksOldMaster = true }, Through = null, Expected = Broken.TakeoverImpossible,
        },
        new()
        {
            Name = "a tail cut at the newest epoch's start",
            Rules = Quiet with { CutsAtNewestEpoch = true }, Through = SlaveSteps.Join, Expected = Broken.LogsDiverge,
        },
    ];

    public override string ToString() => Name;
}
