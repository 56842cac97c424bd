namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// What a group may have unsettled: messages, memory for them, parked keys; and how many dead letters. Where it has as much as it may it gets no first
/// deliveries, and that is said and counted. For the loop alone.
/// </summary>
internal sealed class UnsettledLimit(GroupDelivery group)
{
    private long _countedBytes;

    /// <summary>The group has as much as it may: no first deliveries.</summary>
    public bool IsReached { get; private set; }

    /// <summary>The group has as many dead letters as it may.</summary>
    public bool HasFullDeadLetters => Dead() >= group.Loop.Setting.MaxDeadLetters;

    /// <summary>Looks whether the group may have first deliveries.</summary>
    public bool HasRoom()
    {
        var setting = group.Loop.Setting;
        var cursor = group.State.Cursor;
        long bytes = Count();
        bool reached = Unsettled() >= setting.MaxUnsettled || bytes >= setting.MaxCursorBytes
            || !setting.CursorMemory.HasRoomFor(bytes) || cursor.Keys.Parked.Count >= setting.MaxParkedKeys
            || HasFullDeadLetters;
        if (reached != IsReached)
            Turn(reached);
        return !reached;
    }

    /// <summary>Counts the cursor's memory among that of all groups; returns its bytes.</summary>
    public long Count()
    {
        long bytes = group.State.Cursor.MemoryBytes;
        group.Loop.Setting.CursorMemory.Count(ref _countedBytes, bytes);
        return bytes;
    }

    /// <summary>The group is deleted.</summary>
    public void Close()
    {
        if (IsReached)
            group.Loop.Metrics.Paused(false);
        group.Loop.Setting.CursorMemory.Count(ref _countedBytes, 0);
    }

    private long Unsettled() => group.Queue.Whole is null && !group.HasBands
        ? group.State.Cursor.Unsettled
        : group.Main.Parts.Sum(static part => (long)part.State.Cursor.Unsettled);

    private long Dead() => group.Queue.Whole is null && !group.HasBands
        ? group.State.Dead.Count
        : group.Main.Parts.Sum(static part => part.State.Dead.Count);

    private void Turn(bool reached)
    {
        IsReached = reached;
        group.Loop.Metrics.Paused(reached);
        if (reached)
            group.Loop.Log.GroupPaused(group.State.Identity, group.State.Cursor.Unsettled, group.State.Cursor.Keys.Parked.Count, (ulong)Dead());
        else
            group.Loop.Log.GroupResumed(group.State.Identity);
    }
}
