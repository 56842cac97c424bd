using System.IO.Pipelines;

namespace Forewave.Client.Tests.Fakes;

/// <summary>One end of a connection in memory.</summary>
internal sealed record MemoryPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Both ends: the broker's and the client's.</summary>
    public static (MemoryPipe Broker, MemoryPipe Client) Pair()
    {
        PipeOptions options = new(pauseWriterThreshold: 0, useSynchronizationContext: false);
        Pipe up = new(options);
        Pipe down = new(options);
        return (new MemoryPipe(up.Reader, down.Writer), new MemoryPipe(down.Reader, up.Writer));
    }
}
