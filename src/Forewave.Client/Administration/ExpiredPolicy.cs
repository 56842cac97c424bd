namespace Forewave.Client.Administration;

/// <summary>What becomes of a message that expired before a group had it. The numbers are those of the wire.</summary>
public enum ExpiredPolicy
{
    /// <summary>It is settled, and counted in <see cref="GroupDetails.Expired"/>.</summary>
    Drop = 1,

    /// <summary>It is a dead letter with the reason "expired".</summary>
    DeadLetter = 2,
}
