// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>Everything that a store gives back of a queue, message by message.</summary>
internal sealed class QueueReading
{
    private readonly Dictionary<ulong, byte[]> _messages = [];

    /// <summary>Messages by their positions.</summary>
    public IReadOnlyDictionary<ulong, byte[]> Messages => _messages;

    /// <summary>Why the rest of the queue could not be read; null when it was.</summary>
    public StoreException? Refusal { get; private set; }

    /// <exception cref="InvalidOperationException">A message came twice, or out of order.</exception>
    public static QueueReading Of(FilesStore store, SteppedPumps pumps, uint queue)
    {
        QueueReading reading = new();
        try
        {
            QueueExtent extent = store.Extent(queue);
            Offset next = extent.FirstRetained;
            while (next < extent.End && reading.Read(store, pumps, (queue, next)) is { } after)
            {
                next = after;
            }
        }
        catch (StoreException refusal)
        {
            reading.Refusal = refusal;
        }

        return reading;
    }

    // The offset after what was read; null when there is nothing more.
    private Offset? Read(FilesStore store, SteppedPumps pumps, (uint Queue, Offset Offset) from)
    {
        Task<StoredRuns>? task = null;
        pumps.RunToEnd(() => task = store.ReadAsync(from.Queue, from.Offset, 64 * 1024, CancellationToken.None).AsTask());
        using StoredRuns runs = (task ?? throw new InvalidOperationException("not begun")).GetAwaiter().GetResult();
        Offset next = from.Offset;
        for (int i = 0; i < runs.Count; i++)
        {
            if (runs[i].First != next)
            {
                throw new InvalidOperationException($"queue {from.Queue}: a run begins at {runs[i].First}, {next} expected");
            }

            Take(runs[i]);
            next = next.Plus(runs[i].Count);
        }

        return runs.Count == 0 ? null : next;
    }

    private void Take(in StoredRun run)
    {
        ReadOnlySpan<byte> rest = run.Messages.Span;
        for (uint i = 0; !run.Damaged && i < run.Count; i++)
        {
            int length = RunBuilder.BytesOf(rest, 1);
            if (!_messages.TryAdd(run.Header.Position.Plus(i).Bits, rest[..length].ToArray()))
            {
                throw new InvalidOperationException($"{run.Header.Position.Plus(i)} came twice");
            }

            rest = rest[length..];
        }
    }
}
