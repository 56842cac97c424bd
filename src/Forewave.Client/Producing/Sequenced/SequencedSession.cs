using System.Collections.Concurrent;
using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;
using Google.Protobuf;
using SlotMap = Forewave.Protocol.Routes.SlotMap;

namespace Forewave.Client.Producing.Sequenced;

/// <summary>A durable producer on one connection. Thread-safe; of no use any more once the connection ends.</summary>
internal sealed class SequencedSession(Connection connection, ProducerOpened opened)
{
    private readonly ConcurrentDictionary<QueueName, uint> _handles = new();

    /// <summary>The highest sequence that the broker knows of the producer; 0: it does not know it.</summary>
    public ulong LastKnown => opened.LastSequence;

    /// <summary>Its connection ends: the next session goes on.</summary>
    public bool IsOver => connection.IsEnding;

    /// <summary>Completes when the connection ends, or is about to.</summary>
    public Task Ending => connection.Ending;

    /// <summary>Opens a queue, unless it is open.</summary>
    /// <param name="queue">Which.</param>
    /// <param name="create">Makes it if there is none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">The broker refuses, or the connection ends.</exception>
    public async ValueTask OpenAsync(QueueName queue, bool create, CancellationToken cancellation)
    {
        if (!_handles.ContainsKey(queue))
        {
            await SlotsAsync(queue, create, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Opens a queue, though it may be open, to be told its slots. The handle that it had is good still for what is under way, and is the
    /// connection's for ever: not to be called without need.
    /// </summary>
    /// <returns>Null: there is one partition.</returns>
    /// <exception cref="ForewaveException">The broker refuses, or the connection ends; what was open is as it was.</exception>
    public async ValueTask<SlotMap?> SlotsAsync(QueueName queue, bool create, CancellationToken cancellation)
    {
        OpenQueue open = new() { Queue = queue.Value, Create = create, Slots = connection.Capabilities.HasRoutes };
        ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenQueue = open }, cancellation).ConfigureAwait(false);
        _handles[queue] = answer.QueueOpened.Queue;
        return RouteFrames.TryRead(answer.QueueOpened.Slots, out SlotMap? map) ? map : null;
    }

    /// <summary>A queue is opened anew before it is used again.</summary>
    public void Forget(QueueName queue) => _handles.TryRemove(queue, out _);

    /// <summary>
    /// Sends one frame; completes with what became of its batches, in their order. A batch of a queue that is not open is refused by the
    /// broker (<c>UnknownHandle</c>), which uses its sequences up: so none is ever missing.
    /// </summary>
    /// <param name="batches">The batches.</param>
    /// <param name="withheld">Queues that count as not open, whether they are or not.</param>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    /// <exception cref="ForewaveException">The frame has no answer, or was refused as a whole: what is stored of it is unknown.</exception>
    public async Task<IReadOnlyList<SequencedOutcome>> PublishAsync(
        IReadOnlyList<SequencedBatch> batches, IReadOnlySet<QueueName> withheld, CancellationToken cancellation)
    {
        Publish publish = new() { Producer = opened.Producer };
        foreach (SequencedBatch batch in batches)
        {
            PublishBatch sent = new()
            {
                Queue = withheld.Contains(batch.Queue) ? 0 : _handles.GetValueOrDefault(batch.Queue),
                FirstSequence = batch.First.Value,
                ReplacesSequence = batch.Replaces.Value,
            };
            sent.Messages.AddRange(batch.Messages.Select(message => UnsafeByteOperations.UnsafeWrap(message)));
            publish.Batches.Add(sent);
        }

        ServerFrame answer = await connection.RequestAsync(new ClientFrame { Publish = publish }, cancellation).ConfigureAwait(false);
        return answer.Published is { } published && published.Batches.Count == batches.Count
            ? [.. published.Batches.Select(SequencedOutcome.Of)]
            : throw new ForewaveException(ErrorCode.OutcomeUnknown, "The broker's answer to a publish cannot be read.");
    }
}
