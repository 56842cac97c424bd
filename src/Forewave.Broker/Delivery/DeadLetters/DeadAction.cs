namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>What an operation does to dead letters. The numbers are on disk and on the wire.</summary>
internal enum DeadAction : byte
{
    /// <summary>They are available to their group again.</summary>
    Redrive = 1,

    /// <summary>They are removed.</summary>
    Purge = 2,

    /// <summary>What another operation did to them is taken back.</summary>
    Undo = 3,
}
