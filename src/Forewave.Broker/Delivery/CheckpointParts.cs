using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery;

/// <summary>
/// Writes the state of one loop into a checkpoint, some parts in each of its turns, so that no delivery waits long. Each part
/// says up to where the log is in it; parts of different turns need not agree.
/// </summary>
internal sealed class CheckpointParts(DeliveryLoop loop, IStateWriter writer)
{
    private const int PartsPerTurn = 64;
    private const int BytesPerTurn = 1024 * 1024;

    private readonly RecordWriter _state = new();
    private readonly Queue<uint> _queues = new();
    private readonly Queue<uint> _groups = new();

    /// <summary>Writes all parts.</summary>
    public async ValueTask WriteAsync(CancellationToken cancellation)
    {
        await CallAsync(List);
        while (await CallAsync(WriteSome))
            cancellation.ThrowIfCancellationRequested();
    }

    private bool List()
    {
        foreach (var queue in loop.Queues.All)
            _queues.Enqueue(queue.Id);
        foreach (var group in loop.Queues.Groups)
            _groups.Enqueue(group.State.Identity.Id);
        return true;
    }

    /// <summary>True: there are more.</summary>
    private bool WriteSome()
    {
        int byteCount = 0;
        for (int i = 0; i < PartsPerTurn && byteCount < BytesPerTurn; i++)
        {
            _state.Clear();
            if (_queues.TryDequeue(out uint queueId))
                WriteQueue(queueId);
            else if (_groups.TryDequeue(out uint groupId))
                WriteGroup(groupId);
            else
                return false;
            byteCount += _state.Length;
        }
        return true;
    }

    private void WriteQueue(uint id)
    {
        if (loop.Queues.Find(id) is not { } queue)
            return;
        queue.Write(_state);
        writer.Write(new StatePart(StateKind.Queue, id, loop.Dispatched, loop.Store.Tail), _state.Written.Span);
    }

    private void WriteGroup(uint id)
    {
        if (loop.Queues.FindGroup(id) is not { } group)
            return;
        group.State.Write(_state);
        writer.Write(new StatePart(StateKind.Group, id, loop.Dispatched, loop.Store.Tail), _state.Written.Span);
    }

    private Task<bool> CallAsync(Func<bool> body)
    {
        var call = new LoopCall<bool>((_, answer) => answer.Complete(body()));
        loop.Post(call);
        return call.Answer;
    }
}
