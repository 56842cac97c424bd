using System.IO.Pipelines;
using Forewave.Broker.Sessions;
using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.TurnTaking;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>
/// A connection to the broker over memory, spoken by generated code. Sending never waits; answers and deliveries are handed to
/// callbacks in turns of their own, one after the other, until the connection has ended and everything that was sent is read.
/// </summary>
internal sealed class WireConnection
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Action<V1.ServerFrame?>> _waiting = [];
    private readonly Turns _turns;
    private readonly MemoryPipe _pipe;
    private readonly Action<V1.ServerFrame> _received;
    private ulong _correlation;
    private bool _ended;

    private WireConnection(Turns turns, MemoryPipe pipe, ConnectionNumber number, Action<V1.ServerFrame> received)
    {
        _turns = turns;
        _pipe = pipe;
        Number = number;
        _received = received;
        Reading = ReadAsync();
    }

    public ConnectionNumber Number { get; }

    /// <summary>Completes when the connection has ended and everything was read.</summary>
    public Task Reading { get; }

    public bool HasEnded
    {
        get
        {
            lock (_gate)
                return _ended;
        }
    }

    /// <summary>Connects and says hello.</summary>
    /// <param name="scenario">Whose broker it is.</param>
    /// <param name="number">Of the connection.</param>
    /// <param name="received">Gets what answers no request.</param>
    public static async Task<WireConnection> OpenAsync(Scenario scenario, ConnectionNumber number, Action<V1.ServerFrame> received)
    {
        var pipes = new TurnPipes(scenario.Turns);
        var options = new PipeOptions(
            readerScheduler: pipes, writerScheduler: pipes, pauseWriterThreshold: 0, useSynchronizationContext: false);
        var up = new Pipe(options);
        var down = new Pipe(options);
        var origin = new SessionOrigin { Listener = "memory", Peer = "test" };
        var session = scenario.Engine.RunSessionAsync(new MemoryPipe(up.Reader, down.Writer), origin, CancellationToken.None);
        var connection = new WireConnection(scenario.Turns, new MemoryPipe(down.Reader, up.Writer), number, received);
        await connection.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        _ = session;
        return connection;
    }

    /// <summary>Sends a request; the answer is null when the connection ends before it.</summary>
    public void Send(V1.ClientFrame frame, Action<V1.ServerFrame?> answered)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                frame.Correlation = ++_correlation;
                _waiting.Add(frame.Correlation, answered);
                Write(frame);
                return;
            }
        }
        answered(null);
    }

    /// <summary>Sends what has no answer.</summary>
    public void Send(V1.ClientFrame frame)
    {
        lock (_gate)
        {
            if (!_ended)
                Write(frame);
        }
    }

    /// <summary>Sends a request and waits for its answer; null when the connection ends before it.</summary>
    /// <exception cref="TimeoutException">The broker neither answers nor ends the connection.</exception>
    public async Task<V1.ServerFrame?> AskAsync(V1.ClientFrame frame)
    {
        var answer = _turns.Expect<V1.ServerFrame?>();
        Send(frame, received => answer.TrySetResult(received));
        return await answer.Task;
    }

    /// <summary>Completes when everything sent before was taken by the broker's session.</summary>
    public Task PingAsync() => AskAsync(new V1.ClientFrame { Ping = new V1.Ping() });

    /// <summary>The client goes away; what the broker has sent until it notices is read.</summary>
    public async Task LeaveAsync()
    {
        await _pipe.Output.CompleteAsync();
        await _turns.ExpectAsync(Reading);
    }

    private void Write(V1.ClientFrame frame)
    {
        byte[] bytes = TestClient.Encode(frame);
        bytes.CopyTo(_pipe.Output.GetSpan(bytes.Length));
        _pipe.Output.Advance(bytes.Length);
        // Without a threshold a flush never waits.
        var flush = _pipe.Output.FlushAsync();
        if (!flush.IsCompleted)
            throw new InvalidOperationException("a flush of a pipe without a threshold waits");
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        try
        {
            while (await NextAsync() is { } frame)
                Take(frame);
        }
        finally
        {
            End();
        }
    }

    private async Task<V1.ServerFrame?> NextAsync()
    {
        while (true)
        {
            var result = await _pipe.Input.ReadAsync();
            var buffer = result.Buffer;
            if (FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out var frame, out _))
            {
                var parsed = V1.ServerFrame.Parser.ParseFrom(frame);
                _pipe.Input.AdvanceTo(buffer.Start);
                return parsed;
            }
            _pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }

    private void Take(V1.ServerFrame frame)
    {
        Action<V1.ServerFrame?>? answered = null;
        if (frame.Correlation != 0)
        {
            lock (_gate)
                _waiting.Remove(frame.Correlation, out answered);
        }
        if (answered is null)
            _received(frame);
        else
            answered(frame);
    }

    private void End()
    {
        Action<V1.ServerFrame?>[] open;
        lock (_gate)
        {
            _ended = true;
            open = [.. _waiting.Values];
            _waiting.Clear();
        }
        foreach (var answered in open)
            answered(null);
    }
}
