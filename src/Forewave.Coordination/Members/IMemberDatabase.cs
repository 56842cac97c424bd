using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>
/// What a member of a group does with its own database. Called by one <see cref="GroupMember"/>, one call at a time; a throw leaves the
/// database as it was or on the way to what was asked, and the member begins again from what the record says.
/// </summary>
public interface IMemberDatabase
{
    /// <summary>The highest epoch that its fences know; <see cref="Epoch.None"/> where nothing was ever written.</summary>
    ValueTask<Epoch> EpochAsync(CancellationToken cancellation);

    /// <summary>
    /// Removes what the master does not have, gives itself a new run and starts to receive; also when it follows already, since a
    /// receiver that is started again wipes what it had not applied.
    /// </summary>
    /// <param name="master">Who serves.</param>
    /// <param name="cancellation">May interrupt at any point; then it is to be followed or stopped anew.</param>
    ValueTask<ReceiverRun> FollowAsync(BrokerAnnouncement master, CancellationToken cancellation);

    /// <summary>The fence: stops to receive, so that nobody gets an acknowledgement from here any more. What was received stays.</summary>
    ValueTask FenceAsync(ReceiverRun run, CancellationToken cancellation);

    /// <summary>Applies all that was received in a run, then gives replication up: the database can be written.</summary>
    ValueTask ApplyAsync(ReceiverRun run, CancellationToken cancellation);

    /// <summary>Stops to receive, applies what was received where the applier works, then gives replication up: the database can be written.</summary>
    ValueTask FinishAsync(CancellationToken cancellation);

    /// <summary>Stops to receive and to apply, where it does; what was received and not applied is gone.</summary>
    ValueTask StopAsync(CancellationToken cancellation);
}
