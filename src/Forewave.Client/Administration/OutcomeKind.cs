namespace Forewave.Client.Administration;

/// <summary>What of a message is waited for. The numbers are those of the wire.</summary>
public enum OutcomeKind
{
    /// <summary>It is there: no wait, the state at the moment.</summary>
    Stored = 1,

    /// <summary>It was handed out at least once, or nothing more comes of it.</summary>
    Delivered = 2,

    /// <summary>Nothing more comes of it: settled, dead, filtered, expired or cancelled.</summary>
    Final = 3,
}
