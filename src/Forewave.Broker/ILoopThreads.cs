namespace Forewave.Broker;

/// <summary>Where the engine's loops get their turns: the thread pool, or a test that gives one turn after the other.</summary>
internal interface ILoopThreads
{
    /// <summary>Has a turn taken soon. Any thread; never within the call.</summary>
    void Queue(IThreadPoolWorkItem turn);
}
