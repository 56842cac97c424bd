namespace Forewave.Coordination.Members;

/// <summary>What a member is at a moment.</summary>
public enum MemberState
{
    /// <summary>Neither serves nor follows yet.</summary>
    Waiting,

    /// <summary>Serves.</summary>
    Master,

    /// <summary>Its database follows the master's.</summary>
    Slave,

    /// <summary>Takes over.</summary>
    TakingOver,
}
