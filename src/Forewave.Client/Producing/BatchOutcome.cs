using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>What the broker said of a batch.</summary>
internal readonly record struct BatchOutcome
{
    /// <summary>Position of the first message; the others follow, unless <see cref="Positions"/> says otherwise.</summary>
    public LogPosition FirstPosition { get; init; }

    /// <summary>Positions of a duplicate whose messages were stored apart; else null.</summary>
    public LogPosition[]? Positions { get; init; }

    public Durability Durability { get; init; }

    /// <summary>All of its messages were stored before.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Which of its messages were stored before, where only some were; else null.</summary>
    public bool[]? Repeats { get; init; }

    /// <summary>Why it was refused; null: it is stored.</summary>
    public ForewaveException? Error { get; init; }

    public bool IsRepeat(int message) => IsDuplicate || Repeats?[message] == true;

    public LogPosition PositionOf(int message) => Positions?[message] ?? FirstPosition.Plus((ulong)message);
}
