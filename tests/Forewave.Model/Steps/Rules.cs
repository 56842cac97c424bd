namespace Forewave.Model.Steps;

/// <summary>
/// The rules that the brokers go by, and what the environment does. As it is made, it is the cluster as it is specified; each
/// property that a test changes is one fault planted into it.
/// </summary>
internal sealed record Rules
{
    public static Rules AsSpecified { get; } = new();

    /// <summary>What a master takes for the proof of the slave's copy.</summary>
    public Evidence Evidence { get; init; } = Evidence.ReceivedPosition;

    /// <summary>What was received is asked for by how many rows there are, not by which.</summary>
    public bool ComparesCountsOnly { get; init; }

    /// <summary>The server gives up its wait for an acknowledgement by itself.</summary>
    public bool HasServerTimeOut { get; init; }

    /// <summary>A waiting commit may be killed (KILL QUERY).</summary>
    public bool HasKillQuery { get; init; } = true;

    /// <summary>Somebody may switch semi-sync off and on again.</summary>
    public bool HasSwitching { get; init; } = true;

    /// <summary>A replica that is not registered may acknowledge.</summary>
    public bool HasForeignReplica { get; init; } = true;

    /// <summary>Brokers and databases may freeze.</summary>
    public bool HasFreezes { get; init; } = true;

    /// <summary>ZooKeeper may be killed.</summary>
    public bool HasZooKeeperKills { get; init; } = true;

    /// <summary>A master that hears nothing answers alone before the record says so.</summary>
    public bool AnswersAloneFirst { get; init; }

    /// <summary>A master puts the slave into inSync before it waits for it.</summary>
    public bool AddsBeforeItNeeds { get; init; }

    /// <summary>A master puts the slave into inSync that has not received all yet.</summary>
    public bool AddsBeforeCaughtUp { get; init; }

    /// <summary>Sets of the record do not name the version that they change.</summary>
    public bool SetsBlindly { get; init; }

    /// <summary>A set whose reply was lost is looked up over a new session while it may still be under way.</summary>
    public bool ResolvesInNewSession { get; init; }

    /// <summary>A slave's broker that was started goes on without a versioned set of its own.</summary>
    public bool JoinsWithoutSet { get; init; }

    /// <summary>A master's broker that was started serves by what the record says, without setting it.</summary>
    public bool OpensWithoutSet { get; init; }

    /// <summary>The slave's restarted database counts as in sync as before.</summary>
    public bool RestartedDatabaseStays { get; init; }

    /// <summary>The slave's receiver that was stopped and started counts as in sync as before.</summary>
    public bool RestartedReceiverStays { get; init; }

    /// <summary>A takeover's set names the version that was read last, not the one that said that the slave is in sync.</summary>
    public bool TakesByNewestVersion { get; init; }

    /// <summary>A takeover goes on when the database was restarted after its fence.</summary>
    public bool FenceOutlivesRestart { get; init; }

    /// <summary>A database that starts receives again by itself.</summary>
    public bool ReceiverStartsByItself { get; init; }

    /// <summary>A takeover waits for the old master's database.</summary>
    public bool AsksOldMaster { get; init; }

    /// <summary>A takeover applies what was received before it stops the receiver.</summary>
    public bool AppliesBeforeFence { get; init; }

    /// <summary>A master's binary log may lose its newest row in a crash.</summary>
    public bool LosesUnsyncedRows { get; init; }

    /// <summary>Who comes back removes what lies past the start of the epoch of now, not of the first one that it missed.</summary>
    public bool CutsAtNewestEpoch { get; init; }

    /// <summary>How many messages are published.</summary>
    public int Messages { get; init; } = 2;

    /// <summary>How many faults happen at most.</summary>
    public int Faults { get; init; } = 2;
}
