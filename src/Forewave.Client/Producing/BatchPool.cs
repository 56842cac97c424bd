namespace Forewave.Client.Producing;

/// <summary>
/// Batches and frames that are used again, with their small buffers: a message to each of thousands of queues is a batch of
/// its own. Guarded by the producer's lock.
/// </summary>
internal sealed class BatchPool(ProducerBuffer producer, TimeProvider time)
{
    // With the smallest buffers that is 40 MiB; large buffers are not kept here.
    private const int MaxBatches = 16_384;
    private const int MaxFrames = 64;

    private readonly Stack<Batch> _batches = new();
    private readonly Stack<PublishFrame> _frames = new();

    /// <summary>An empty batch.</summary>
    /// <param name="queue">Where its messages go.</param>
    public Batch TakeBatch(QueueBuffer queue)
    {
        Batch batch = _batches.TryPop(out Batch? free) ? free : new Batch();
        batch.Begin(queue, time.GetTimestamp());
        return batch;
    }

    /// <summary>An empty frame.</summary>
    public PublishFrame TakeFrame() => _frames.TryPop(out PublishFrame? frame) ? frame : new PublishFrame(producer);

    /// <summary>Takes back an answered frame and its batches: nobody looks at them any more.</summary>
    public void Return(PublishFrame frame)
    {
        foreach (Batch? batch in frame.Batches)
        {
            if (batch is not null && batch.Recycle(_batches.Count < MaxBatches))
            {
                _batches.Push(batch);
            }
        }

        frame.Clear();
        if (_frames.Count < MaxFrames)
        {
            _frames.Push(frame);
        }
    }
}
