namespace Forewave.Broker.Delivery.Records;

/// <summary>What a GroupReplay record says. The numbers are in the log.</summary>
internal enum ReplayStep : byte
{
    /// <summary>A range is to come once more; what was said of an earlier one is forgotten.</summary>
    Begin = 1,

    /// <summary>Everything before an offset is dealt with.</summary>
    Move = 2,

    /// <summary>What is left does not come.</summary>
    Cancel = 3,
}
