namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>What is planted behind the seams of a member, so that the test shows that it would see it.</summary>
public enum MemberFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The fence applies, and what was asked to apply stops the receiver only then.</summary>
    AppliesBeforeItFences,

    /// <summary>A partition is served under the epoch that was there.</summary>
    EpochNotRaised,

    /// <summary>A slave reads of itself that it is in sync.</summary>
    TakesOverOutOfSync,

    /// <summary>A restart of the database or of the receiver goes unnoticed.</summary>
    RunOutlivesRestart,

    /// <summary>The slave is not needed any more as soon as the set without it is sent.</summary>
    AnswersAloneFirst,

    /// <summary>A master whose session has expired waits for nobody's receipt.</summary>
    ExpiredMasterAnswers,

    /// <summary>A set whose outcome is not known is told as done.</summary>
    UnknownTakenForDone,

    /// <summary>Who starts reads of itself that it is the master.</summary>
    ReturnsAsMaster,

    /// <summary>A slave is told to have all as soon as it is close.</summary>
    InSyncBeforeItHasAll,

    /// <summary>A slave is needed only when the record says that it is in sync, not before the set that says so.</summary>
    InSyncBeforeItIsNeeded,

    /// <summary>A set goes through whatever version it names.</summary>
    VersionNotCompared,
}
