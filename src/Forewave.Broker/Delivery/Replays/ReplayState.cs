namespace Forewave.Broker.Delivery.Replays;

/// <summary>How a replay stands. The numbers are in checkpoints.</summary>
internal enum ReplayState : byte
{
    /// <summary>Something of it is left.</summary>
    Running = 1,

    /// <summary>All of its range was dealt with.</summary>
    Done = 2,

    /// <summary>Somebody called it off.</summary>
    Cancelled = 3,
}
