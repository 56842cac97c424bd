using System.IO.Pipelines;
using System.Threading.Channels;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Client.Tests.Fakes;

/// <summary>A broker whose every answer the test gives, over memory, by generated code alone.</summary>
internal sealed class FakeBroker
{
    private readonly Channel<FakeConnection> _connections = Channel.CreateBounded<FakeConnection>(100);
    private int _failures;

    public TestClock Time { get; } = new();

    /// <summary>What its hello lists.</summary>
    public IReadOnlyList<string> Capabilities { get; set; } =
    [
        CapabilityNames.Streaming, CapabilityNames.LongPolling, CapabilityNames.DeadLetters, CapabilityNames.RelaxedQueues,
        CapabilityNames.Administration,
    ];

    /// <summary>Attempts to connect that fail before one succeeds.</summary>
    public int FailedConnects { get; set; }

    /// <summary>Completes with the second attempt to connect that fails: then the client has noted the first.</summary>
    public TaskCompletionSource FailedTwice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Options of a client that reaches this broker, on the test's clock.</summary>
    public ForewaveClientOptions Options => new()
    {
        Name = "test",
        Connector = ConnectAsync,
        TimeProvider = Time,
        ReconnectDelay = TimeSpan.Zero,
        MaxReconnectDelay = TimeSpan.Zero,
    };

    /// <summary>The next connection, its hello answered.</summary>
    public async Task<FakeConnection> AcceptAsync()
    {
        FakeConnection connection = await _connections.Reader.ReadAsync().AsTask().Soon();
        await connection.GreetAsync(Capabilities);
        return connection;
    }

    private ValueTask<IDuplexPipe> ConnectAsync(CancellationToken cancellation)
    {
        if (FailedConnects-- > 0)
        {
            if (++_failures == 2)
            {
                FailedTwice.SetResult();
            }

            throw new IOException("nobody is there");
        }

        (MemoryPipe broker, MemoryPipe client) = MemoryPipe.Pair();
        _connections.Writer.TryWrite(new FakeConnection(broker));
        return ValueTask.FromResult<IDuplexPipe>(client);
    }
}
