using Forewave.Protocol.Threads;

namespace Forewave.Broker;

/// <summary>The ready threads of the process, else the thread pool.</summary>
internal sealed class SharedThreads : ILoopThreads
{
    private SharedThreads()
    {
    }

    /// <summary>The one that there is.</summary>
    public static SharedThreads Instance { get; } = new();

    /// <inheritdoc/>
    public bool TakesTurnAtCommit => true;

    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem turn) => ReadyThreads.Shared.Queue(turn);
}
