using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Client.Producing.Sequenced;

/// <summary>
/// One partition under a durable producer id: makes the producer known on each connection to the partition's master. Thread-safe.
/// </summary>
internal sealed class SequencedLane(BrokerLink link, ProducerId id, ProducerName name) : ILinkParticipant
{
    private static readonly TimeSpan OpenRetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private TaskCompletionSource<SequencedSession> _session = NewSession();
    private SequencedSession? _live;
    private volatile string? _refusal;

    /// <summary>Why there is no session, in words; null: nothing is known of a reason.</summary>
    public string? WhyAway => link.WhyAway ?? _refusal;

    /// <summary>The session there is, or the next one.</summary>
    public Task<SequencedSession> SessionAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            // What ends is not told at once: who asks in between waits for the next one.
            if (_live is { IsOver: true })
            {
                (_session, _live) = (NewSession(), null);
            }

            return _session.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Begins.</summary>
    public void Join() => link.Join(this);

    /// <summary>Ends.</summary>
    public void Leave() => link.Leave(this);

    async ValueTask ILinkParticipant.ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        OpenProducer open = new() { ProducerId = ByteString.CopyFrom(id.ToBytes()), Name = name.Value };
        while (!connection.IsEnding)
        {
            try
            {
                ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenProducer = open }, cancellation).ConfigureAwait(false);
                Begin(new SequencedSession(connection, answer.ProducerOpened));
                return;
            }
            catch (ForewaveException e) when (!connection.IsEnding)
            {
                // Rights are granted and limits are raised: tried on as long as the connection lives.
                _refusal = e.Message;
                await connection.PauseAsync(e.RetryAfter ?? OpenRetryDelay, cancellation).ConfigureAwait(false);
            }
        }
    }

    void ILinkParticipant.Disconnected(ForewaveException reason)
    {
        lock (_lock)
        {
            if (_live is not null)
            {
                (_session, _live) = (NewSession(), null);
            }
        }
    }

    private void Begin(SequencedSession session)
    {
        TaskCompletionSource<SequencedSession> waiting;
        lock (_lock)
        {
            if (_live is not null)
            {
                _session = NewSession();
            }

            (waiting, _live) = (_session, session);
            _refusal = null;
        }

        waiting.TrySetResult(session);
    }

    private static TaskCompletionSource<SequencedSession> NewSession() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
