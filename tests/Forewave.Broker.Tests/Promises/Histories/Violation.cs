namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>A broken promise, and what it is about: by that the history is cut short.</summary>
internal sealed record Violation(ViolationKind Kind, string Text)
{
    public MessageKey Message { get; init; }

    /// <summary>0: it has to do with none.</summary>
    public ulong Transaction { get; init; }

    public GroupKey Group { get; init; }

    public long Offset { get; init; }

    public ulong Position { get; init; }

    /// <summary>Whether an event has to do with it.</summary>
    public bool Concerns(HistoryEvent happened)
    {
        if (happened.Kind is EventKind.LifeBegan)
            return true;
        if (Transaction != 0 && happened.Transaction == Transaction)
            return true;
        if (Message.Sequence != 0 && happened.Message == Message)
            return Group.Group.Length == 0 || happened.Group.Group.Length == 0 || happened.Group == Group;
        if (Position != 0 && happened.Position == Position)
            return true;
        if (happened.Kind is EventKind.LeasesReleased or EventKind.ReleaseDone or EventKind.GroupMade)
            return happened.Group == Group;
        return Offset != 0 && happened.Offset == Offset
            && (Group.Group.Length == 0 ? happened.Group.Queue == Group.Queue : happened.Group == Group);
    }

    public override string ToString() => $"{Kind}: {Text}";
}
