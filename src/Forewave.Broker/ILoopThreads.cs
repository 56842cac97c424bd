namespace Forewave.Broker;

/// <summary>Where the engine's loops get their turns: the thread pool, or a test that gives one turn after the other.</summary>
internal interface ILoopThreads
{
    /// <summary>Has a turn taken soon. Any thread; never within the call.</summary>
    void Queue(IThreadPoolWorkItem turn);

    /// <summary>
    /// Whether the thread that has just committed records takes a short turn of the sleeping loop that they are for, instead of
    /// waking another. Asked each time.
    /// </summary>
    bool TakesTurnAtCommit { get; }
}
