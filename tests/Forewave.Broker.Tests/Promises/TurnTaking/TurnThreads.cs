namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>Gives the engine's loops their turns.</summary>
internal sealed class TurnThreads(Turns turns) : ILoopThreads
{
    public bool TakesTurnAtCommit => turns.Toss();

    public void Queue(IThreadPoolWorkItem turn) => turns.Queue(turn.Execute, $"{turn}");
}
