namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>How far an operation on dead letters is. The numbers are on disk and on the wire.</summary>
internal enum DeadOperationState : byte
{
    /// <summary>It goes on, after a restart too.</summary>
    Running = 1,

    /// <summary>It did all that it was asked for.</summary>
    Done = 2,

    /// <summary>Somebody stopped it; what it did stays done.</summary>
    Cancelled = 3,
}
