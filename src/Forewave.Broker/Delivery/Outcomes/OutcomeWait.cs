using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Timing;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>
/// Somebody's interest in what becomes of a message in a group, which need not exist yet. For the loop of the message's queue
/// alone, but for <see cref="Answer"/>. It ends once: when it is so and committed, at its end, when it is taken back, or when the
/// partition stops.
/// </summary>
internal sealed class OutcomeWait(IndexedMessage message, GroupName group, OutcomeKind until) : IDue, ICommitOwner
{
    private readonly TaskCompletionSource<OutcomeAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutcomeAnswer _reached;

    /// <summary>The message.</summary>
    public IndexedMessage Message => message;

    /// <summary>The group.</summary>
    public GroupName Group => group;

    /// <summary>It is among the waits of its loop.</summary>
    public bool IsPending { get; set; }

    /// <summary>How it ended.</summary>
    public Task<OutcomeAnswer> Answer => _answer.Task;

    /// <summary>Looks at the message now; true: it is what is waited for, and the answer comes when that is committed.</summary>
    public bool TryEnd(DeliveryLoop loop, GroupDelivery? found, MessageState? instead = null)
    {
        if (found is null)
            return false;
        var state = MessageStates.Of(found, message);
        if (instead is { } other && state.State == MessageState.Settled)
            state = state with { State = other };
        if (!IsReached(state))
            return false;
        _reached = new OutcomeAnswer(state, true);
        // A delivery is one though its record may be lost; what is final must not be taken back.
        if (!IsFinal(state.State) || loop.LastAppended == LogPosition.None || !loop.Store.TryAwaitCommit(loop.LastAppended, this, 0))
            _answer.TrySetResult(_reached);
        return true;
    }

    /// <summary>It ends as things are, though that is not what was waited for.</summary>
    public void GiveUp(GroupDelivery? found) =>
        _answer.TrySetResult(new OutcomeAnswer(found is null ? null : MessageStates.Of(found, message), false));

    /// <summary>The partition stopped.</summary>
    public void Refuse(ErrorCode code) => _answer.TrySetException(new ForewaveException(code));

    /// <inheritdoc/>
    bool IDue.IsPending(DueToken token) => IsPending;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop loop) => loop.Outcomes.End(this);

    /// <inheritdoc/>
    void ICommitOwner.Committed(LogPosition first, long token) => _answer.TrySetResult(_reached);

    /// <inheritdoc/>
    void ICommitOwner.Lost(StoreException failure, long token) => _answer.TrySetException(new ForewaveException(failure.Error));

    private bool IsReached(GroupMessage state) => until switch
    {
        OutcomeKind.Stored => true,
        OutcomeKind.Delivered => state.State != MessageState.Unread && (state.State != MessageState.Held || state.Attempt > 0),
        // It is told with its place, which it has a moment later.
        _ => IsFinal(state.State) && state is not { State: MessageState.Dead, DeadPlace: 0 },
    };

    private static bool IsFinal(MessageState state) =>
        state is MessageState.Settled or MessageState.Dead or MessageState.Filtered or MessageState.Expired or MessageState.Purged;
}
