using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Producing;

/// <summary>Gives the messages of a batch, which was never sent, to the partitions that they belong to.</summary>
internal sealed class BatchSplit(Batch batch)
{
    /// <summary>Gives each to a buffer, in their order.</summary>
    /// <param name="bufferOf">Gets the text that its slot comes from, ordering key or deduplication id; null: it has none.</param>
    /// <param name="wakeups">Gets whom to tell when the locks are left.</param>
    public void Give(Func<string?, ProducerBuffer> bufferOf, List<(ProducerBuffer Buffer, Wakeup Wakeup)> wakeups)
    {
        MessageRun run = new(batch.Messages);
        for (int i = 0, begin = 0; run.MoveNext(); i++, begin = run.Position)
        {
            (string? routed, MovedMessage message) = Read(run.Current, batch.Entries[i]);
            ProducerBuffer buffer = bufferOf(routed);
            wakeups.Add((buffer, buffer.Moves.Take(batch, message, batch.Messages[begin..run.Position])));
        }
    }

    private static (string? Routed, MovedMessage Message) Read(ReadOnlySpan<byte> encoded, CompletionEntry entry)
    {
        if (!MessageReader.TryRead(encoded, out MessageView view, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        bool hasKey = !view.OrderingKey.IsEmpty;
        bool hasId = !view.DeduplicationId.IsEmpty;
        ReadOnlySpan<byte> routed = hasKey ? view.OrderingKey : view.DeduplicationId;
        byte priority = hasKey ? (byte)Limits.DefaultPriority : (byte)view.Priority;
        return (routed.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(routed), new MovedMessage(hasKey, priority, hasId, entry));
    }
}
