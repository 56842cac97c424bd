namespace Forewave.Coordination.Members;

/// <summary>A partition that is served. Thread-safe. Disposing ends it: nothing is answered after that.</summary>
public interface IServing : IAsyncDisposable
{
    /// <summary>Cancelled when it has ended by itself: the store failed, or another epoch fenced it.</summary>
    CancellationToken Ended { get; }

    /// <summary>From now on nothing is answered that this run of the slave has not received.</summary>
    void Need(string run);

    /// <summary>From now on nobody's receipt is waited for; what waits for one is answered.</summary>
    void GoAlone();

    /// <summary>How the slave does in a run, as its database said last.</summary>
    SlaveProgress Progress(string run);
}
