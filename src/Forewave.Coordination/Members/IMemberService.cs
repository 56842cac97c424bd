using Forewave.Protocol;

namespace Forewave.Coordination.Members;

/// <summary>Opens a partition for clients. Called by one <see cref="GroupMember"/>, one call at a time.</summary>
public interface IMemberService
{
    /// <summary>Raises the fences to an epoch, recovers, and serves; no slave is needed yet.</summary>
    /// <param name="epoch">Higher than any that the database knows.</param>
    /// <param name="cancellation">Gives up; nothing is served then.</param>
    /// <exception cref="Exception">It does not work: nothing is served.</exception>
    ValueTask<IServing> ServeAsync(Epoch epoch, CancellationToken cancellation);
}
