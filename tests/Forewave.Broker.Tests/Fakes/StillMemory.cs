using Forewave.Broker.Load;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>Memory that stays as it is: the real one costs some system calls for each quarter of a second that a test lets pass.</summary>
internal sealed class StillMemory : IProcessMemory
{
    public static StillMemory Instance { get; } = new();

    public long Used => 1L << 30;

    public long Available => 1L << 36;

    public long Collect() => Used;
}
