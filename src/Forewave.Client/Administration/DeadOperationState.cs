namespace Forewave.Client.Administration;

/// <summary>How far an operation on dead letters is.</summary>
public enum DeadOperationState
{
    /// <summary>It goes on, without its client and after a restart of the broker too.</summary>
    Running = 1,

    /// <summary>It did all that it was asked for.</summary>
    Done = 2,

    /// <summary>Somebody stopped it; what it did stays done.</summary>
    Cancelled = 3,
}
