using Forewave.Client.Connections;
using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>What a producer has at one partition: what gathers by queue, what is sealed and unanswered. Guarded by <see cref="Gate"/>.</summary>
internal sealed class BufferState(ProducerOptions options, BatchPool pool)
{
    public Lock Gate { get; } = new();

    public Dictionary<QueueName, QueueBuffer> Queues { get; } = [];

    /// <summary>Sealed and sent, or about to be: in the order of their sequences.</summary>
    public List<PublishFrame> Unanswered { get; } = [];

    /// <summary>Those of them that go again over a new connection.</summary>
    public Queue<PublishFrame> Resend { get; } = new();

    public FrameSealing Sealing { get; } = new(options, pool);

    /// <summary>The one on which the producer is known; null: none.</summary>
    public Connection? Connection { get; set; }

    /// <summary>Bytes of all messages without an outcome.</summary>
    public long Bytes { get; set; }

    /// <summary>The connection was told that there is something to send, and has not found nothing since.</summary>
    public bool IsSignalled { get; set; }

    /// <summary>The connection that takes something new: not one that is about to end.</summary>
    public Connection? Live => Connection is { IsEnding: false } connection ? connection : null;

    public QueueBuffer BufferOf(QueueName queue)
    {
        if (!Queues.TryGetValue(queue, out QueueBuffer? buffer))
        {
            Queues[queue] = buffer = new QueueBuffer(queue, options.FrameBytes, pool);
        }

        return buffer;
    }

    /// <summary>A queue has something more to send: whom to tell.</summary>
    public Wakeup Offer(QueueBuffer buffer)
    {
        Connection? connection = Live;
        bool opens = connection is not null && buffer is { Handle: 0, IsOpening: false, RefusedUntil: 0 };
        buffer.IsOpening |= opens;
        if (buffer.IsListed || (buffer.Handle == 0 && !opens))
        {
            return default;
        }

        Sealing.List(buffer);
        return opens || TrySignal() ? new Wakeup(connection, opens ? buffer : null) : default;
    }

    /// <summary>
    /// Whether the connection has to be told that there is something to send: it has found nothing since it was told, and an answer that
    /// comes tells it anyway.
    /// </summary>
    public bool TrySignal() => !IsSignalled && Unanswered.Count < options.FramesInFlight && (IsSignalled = true);
}
