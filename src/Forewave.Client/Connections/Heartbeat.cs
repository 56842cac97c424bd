using System.Buffers;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>
/// Sends a ping every 10 s and ends the connection when nothing was received for 30 s. Its timer runs on the thread pool;
/// thread-safe.
/// </summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    private readonly Connection _connection;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private long _received;

    public Heartbeat(Connection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _received = time.GetTimestamp();
    }

    public void Start() => _timer = _time.CreateTimer(
        static heartbeat => ((Heartbeat)heartbeat!).Beat(), this, Limits.Heartbeat, Limits.Heartbeat);

    /// <summary>Something came from the broker.</summary>
    public void NoteReceived() => Volatile.Write(ref _received, _time.GetTimestamp());

    /// <summary>The broker asked whether somebody is here.</summary>
    public void Answer()
    {
        ArrayBufferWriter<byte> pong = new();
        HeartbeatFrames.WriteClientPong(pong);
        _connection.Send(pong.WrittenMemory);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? default;

    private void Beat()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _received)) > Limits.DeadAfter)
        {
            _connection.Fail(new ForewaveException(ErrorCode.HeartbeatMissed, "The broker has been silent for 30 s."));
            return;
        }

        // That the pong comes is all: NoteReceived has been called by then.
        if (_connection.Register(IgnoredAnswer.Instance) is { } correlation)
        {
            ArrayBufferWriter<byte> ping = new();
            HeartbeatFrames.WriteClientPing(ping, correlation);
            _connection.Send(ping.WrittenMemory);
        }
    }
}
