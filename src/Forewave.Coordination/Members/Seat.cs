using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// A member's session, and what it knows of the group through it. For one loop. The record that is known never goes back: what the
/// watch tells may be older than the last own set.
/// </summary>
internal sealed class Seat(ICoordinationSession session, MemberOptions options)
{
    private bool _isAnnounced;
    private (BrokerRole Role, BrokerAnnouncement? Says) _announced;

    /// <summary>The newest record that is known; null where there is none, or nothing was told yet.</summary>
    public VersionedGroup? Group { get; private set; }

    /// <summary>Who announces itself, as told last.</summary>
    public GroupView View { get; private set; } = new() { Group = null, Master = null, Slave = null };

    /// <summary>Something was told.</summary>
    public bool HasView { get; private set; }

    /// <summary>Takes what the watch tells.</summary>
    public void Note(GroupView view)
    {
        View = view;
        HasView = true;
        Note(view.Group);
    }

    /// <summary>Sets the record where it still is the one of a version; null: where there is none.</summary>
    /// <exception cref="ForewaveException"><see cref="ErrorCode.CoordinationExpired"/>: the session is over, and nothing was sent.</exception>
    public async ValueTask<SetOutcome> SetAsync(GroupRecord wanted, int? version, CancellationToken cancellation)
    {
        var result = await session.SetAsync(options.Partition, wanted, version, cancellation);
        Note(result.Current);
        return result.Outcome;
    }

    /// <summary>Announces this broker, taking back what it announced before. False: its node is somebody else's yet.</summary>
    public async ValueTask<bool> AnnounceAsync(BrokerRole role, BrokerAnnouncement announcement, CancellationToken cancellation)
    {
        if (_isAnnounced && _announced == (role, announcement))
            return true;
        await WithdrawAsync(cancellation);
        // It may be there even where this throws.
        _announced = (role, announcement);
        _isAnnounced = await session.AnnounceAsync(options.Partition, role, announcement, cancellation);
        if (!_isAnnounced)
            _announced = default;
        return _isAnnounced;
    }

    /// <summary>Takes back what was announced.</summary>
    public async ValueTask WithdrawAsync(CancellationToken cancellation)
    {
        if (_announced.Says is not null)
            await session.WithdrawAsync(options.Partition, _announced.Role, cancellation);
        (_isAnnounced, _announced) = (false, default);
    }

    private void Note(VersionedGroup? group)
    {
        if (group is not null && (Group is null || group.Version >= Group.Version))
            Group = group;
    }
}
