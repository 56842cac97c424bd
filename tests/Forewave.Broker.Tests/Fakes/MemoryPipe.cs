using System.IO.Pipelines;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>One end of a connection in memory.</summary>
internal sealed record MemoryPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Both ends: the broker's and the client's.</summary>
    /// <param name="towardsClientBytes">What the client may leave unread before the broker's flushes wait.</param>
    public static (MemoryPipe Broker, MemoryPipe Client) Pair(int towardsClientBytes = 64 * 1024)
    {
        var up = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var down = new Pipe(new PipeOptions(
            pauseWriterThreshold: towardsClientBytes, resumeWriterThreshold: towardsClientBytes / 2, useSynchronizationContext: false));
        return (new MemoryPipe(up.Reader, down.Writer), new MemoryPipe(down.Reader, up.Writer));
    }
}
