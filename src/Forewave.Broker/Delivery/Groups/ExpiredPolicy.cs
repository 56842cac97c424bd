namespace Forewave.Broker.Delivery.Groups;

/// <summary>What becomes of a message that expired before a group had it. The numbers are in records.</summary>
internal enum ExpiredPolicy : byte
{
    /// <summary>It is settled and counted.</summary>
    Drop = 0,

    /// <summary>It is a dead letter.</summary>
    DeadLetter = 1,
}
