using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// Which queues have something to send, and the frames that are made of it: in turn, under consecutive sequences. Guarded by the
/// producer's lock.
/// </summary>
internal sealed class FrameSealing(ProducerOptions options, BatchPool pool)
{
    private readonly Queue<QueueBuffer> _listed = new();

    /// <summary>The sequence of the next message; 0: the broker has not said yet which are known.</summary>
    public ulong NextSequence { get; set; } = options.FirstSequence?.Value ?? 0;

    /// <summary>No queue has something to send.</summary>
    public bool IsEmpty => _listed.Count == 0;

    /// <summary>A queue has something to send.</summary>
    public void List(QueueBuffer queue)
    {
        queue.IsListed = true;
        _listed.Enqueue(queue);
    }

    /// <summary>Takes batches, queue by queue in turn, until the frame is full. Null: nothing to send.</summary>
    public PublishFrame? Seal()
    {
        PublishFrame? frame = null;
        int messages = 0;
        while (_listed.TryPeek(out QueueBuffer? queue))
        {
            Batch? batch = queue.Handle == 0 || queue.HasRefused || queue.Pace is { IsFull: true } ? null : queue.Peek();
            if (batch is not null && frame is not null
                && (frame.MessagesBytes + batch.MessagesBytes > options.FrameBytes || messages + batch.Count > Limits.MessagesPerFrame))
            {
                break;
            }

            _listed.Dequeue();
            queue.IsListed = false;
            if (batch is null)
            {
                continue;
            }

            queue.Take(batch);
            frame ??= pool.TakeFrame();
            messages += batch.Count;
            Seal(batch, frame);
            if (!queue.IsEmpty)
            {
                List(queue);
            }
        }

        return frame;
    }

    private void Seal(Batch batch, PublishFrame frame)
    {
        batch.FirstSequence = new Sequence(NextSequence);
        NextSequence += (ulong)batch.Count;
        frame.Batches.Add(batch);
        frame.MessagesBytes += batch.MessagesBytes;
        if (batch.HasKeys)
        {
            frame.HasKeys = true;
            batch.Queue.KeyedInFlight++;
        }

        if (batch.Queue.Pace is { } pace)
        {
            (frame.HasPaced, batch.PacedBy) = (true, pace);
            pace.Sent();
        }
    }
}
