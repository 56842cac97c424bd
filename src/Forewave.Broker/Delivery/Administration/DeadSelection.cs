using Forewave.Broker.Delivery.DeadLetters;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A page of the dead letters that a filter takes.</summary>
internal sealed record DeadSelection
{
    /// <summary>Which.</summary>
    public required DeadFilter Filter { get; init; }

    /// <summary>After this place, as the wire has it.</summary>
    public required long After { get; init; }

    /// <summary>How many at most.</summary>
    public required int Max { get; init; }

    /// <summary>Unix time in milliseconds: what died later is not taken.</summary>
    public long DiedBy { get; init; } = long.MaxValue;
}
