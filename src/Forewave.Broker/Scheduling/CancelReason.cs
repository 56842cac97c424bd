namespace Forewave.Broker.Scheduling;

/// <summary>Why a scheduled message is withdrawn. The numbers are on disk.</summary>
internal enum CancelReason : byte
{
    /// <summary>No reason; never written.</summary>
    None = 0,

    /// <summary>Somebody asked for it.</summary>
    Command = 1,

    /// <summary>Its bytes rotted.</summary>
    Damaged = 2,
}
