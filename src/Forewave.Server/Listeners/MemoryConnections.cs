using System.Collections.Concurrent;
using System.IO.Pipelines;
using Forewave.Broker.Sessions;

namespace Forewave.Server.Listeners;

/// <summary>
/// Connections of clients in this process: a pair of pipes each, and a session at the broker's end. Thread-safe. The sessions
/// run on the thread pool and are kept until they end; <see cref="EndAsync"/> waits for all of them.
/// </summary>
internal sealed class MemoryConnections(PartitionDoor door, CancellationToken end)
{
    private const int PauseBytes = 1024 * 1024;
    private const int SegmentBytes = 64 * 1024;

    private readonly ConcurrentDictionary<Task, bool> _sessions = new();
    private readonly SessionOrigin _origin = new() { Listener = "memory", Peer = "this process", IsInProcess = true };

    /// <summary>The client's end of a new connection.</summary>
    public IDuplexPipe Connect() => Connect(_origin);

    /// <summary>The same for the host itself, which checks and tells of what it asks for others.</summary>
    public IDuplexPipe ConnectHost() => Connect(_origin with { Peer = "HTTP of this process", IsOfHost = true });

    private IDuplexPipe Connect(SessionOrigin origin)
    {
        Pipe toBroker = new(PipeOptionsOfBoth()), toClient = new(PipeOptionsOfBoth());
        DuplexPipe brokersEnd = new(toBroker.Reader, toClient.Writer);
        var session = Task.Run(() => door.RunSessionAsync(brokersEnd, origin, end), CancellationToken.None);
        _sessions.TryAdd(session, true);
        _ = ForgetAsync(session);
        return new DuplexPipe(toClient.Reader, toBroker.Writer);
    }

    /// <summary>Completes when all sessions have ended.</summary>
    public Task EndAsync() => Task.WhenAll(_sessions.Keys);

    private async Task ForgetAsync(Task session)
    {
        await session.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sessions.TryRemove(session, out _);
    }

    private static PipeOptions PipeOptionsOfBoth() => new(
        pauseWriterThreshold: PauseBytes,
        resumeWriterThreshold: PauseBytes / 2,
        minimumSegmentSize: SegmentBytes,
        useSynchronizationContext: false);
}
