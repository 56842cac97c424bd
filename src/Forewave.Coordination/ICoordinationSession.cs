using Forewave.Protocol;

namespace Forewave.Coordination;

/// <summary>
/// One broker's session with the service that decides who is master. It connects again by itself, to any of the servers, for as
/// long as the service keeps the session; once that has expired, everything here fails with
/// <see cref="ErrorCode.CoordinationExpired"/> and another one is to be opened. Thread-safe. No call blocks; a call that meets a
/// lost connection waits until there is one again, so it wants a cancellation.
/// </summary>
/// <remarks>
/// | what happens | a read | an announcement | a set | a watch |
/// |---|---|---|---|---|
/// | connection lost | waits, then reads | waits, then looks whether it is there | waits, then looks what became of it | goes on after it, tells the newest |
/// | session expired | CoordinationExpired | CoordinationExpired; what was announced is gone | <see cref="SetOutcome.Unknown"/> where a request was sent, else CoordinationExpired | CoordinationExpired |
/// | refused | – | false: somebody else's is there | <see cref="SetOutcome.Conflict"/> with what is there | – |
/// | cancelled | nothing was done | may be there or come | may be done or not: as Unknown | ends |
/// </remarks>
public interface ICoordinationSession : IAsyncDisposable
{
    /// <summary>How it stands now.</summary>
    SessionState State { get; }

    /// <summary>How long the service keeps the session without a sign of life: what servers and this side agreed on.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Cancelled when the session is over: expired, or disposed.</summary>
    CancellationToken Ended { get; }

    /// <summary>
    /// Tells the state and then each change of it; a reader that is slow gets the newest. Ends with
    /// <see cref="SessionState.Expired"/>.
    /// </summary>
    IAsyncEnumerable<SessionState> StatesAsync(CancellationToken cancellation);

    /// <summary>
    /// Announces this broker for as long as the session lives. False: another session's announcement for the role is there, maybe
    /// that of this broker's former process; it goes when its session expires. Two or more round trips.
    /// </summary>
    ValueTask<bool> AnnounceAsync(PartitionNumber partition, BrokerRole role, BrokerAnnouncement announcement, CancellationToken cancellation);

    /// <summary>Takes back what this session announced; nothing where it did not.</summary>
    ValueTask WithdrawAsync(PartitionNumber partition, BrokerRole role, CancellationToken cancellation);

    /// <summary>
    /// The group as it stands: what was set before this call, through any server, is seen. Null parts where there is nothing.
    /// </summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.GroupRecordInvalid"/>: a node holds what this version cannot read.</exception>
    ValueTask<GroupView> ReadAsync(PartitionNumber partition, CancellationToken cancellation);

    /// <summary>
    /// Sets the group's record where it still has the version that was read; <paramref name="version"/> null: where there is none
    /// yet. When the reply is lost, the outcome is looked up over the same session, in which a request cannot be done after that.
    /// </summary>
    ValueTask<SetResult> SetAsync(PartitionNumber partition, GroupRecord wanted, int? version, CancellationToken cancellation);

    /// <summary>
    /// Tells the group as it stands, and again after each change; changes that follow each other quickly are told once, the last is
    /// never left out. Also told after a lost connection, changed or not.
    /// </summary>
    IAsyncEnumerable<GroupView> WatchAsync(PartitionNumber partition, CancellationToken cancellation);
}
