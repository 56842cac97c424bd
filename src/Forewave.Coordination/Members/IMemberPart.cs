namespace Forewave.Coordination.Members;

/// <summary>
/// What a member is and does between two changes of that. For one loop. A turn that throws leaves the part as it was before it, or
/// on the way to what it wanted; ending it is always possible.
/// </summary>
internal interface IMemberPart
{
    MemberState State { get; }

    /// <summary>Looks at the group and does the next thing; returns what the member is after it: this, or what comes in its place.</summary>
    ValueTask<IMemberPart> TurnAsync(Seat seat, CancellationToken cancellation);

    /// <summary>Stops all that it does: serving, or receiving.</summary>
    ValueTask EndAsync();
}
