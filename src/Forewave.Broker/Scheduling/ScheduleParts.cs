using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Scheduling.Recurring;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// The scheduler's parts of a checkpoint: first one with the bounds of all lanes and what recurs, then one for each block, a few
/// in each turn, so that nothing that is due waits long. What a block knows beyond the first part is passed over in replay.
/// docs/state-format.md has the layout.
/// </summary>
internal sealed class ScheduleParts(Scheduler scheduler, IStore store)
{
    private const byte Version = 1;
    private const int BytesPerTurn = 512 * 1024;

    private readonly RecordWriter _state = new();
    private readonly Queue<(LaneNumber Lane, long Block)> _blocks = new();
    private uint _part;

    /// <summary>Writes all parts.</summary>
    public async ValueTask WriteAsync(IStateWriter writer, CancellationToken cancellation)
    {
        await scheduler.InTurnAsync(_ => ValueTask.FromResult(WriteLanes(writer)), cancellation);
        while (await scheduler.InTurnAsync(_ => ValueTask.FromResult(WriteSome(writer)), cancellation))
            cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Reads a part that was written so.</summary>
    public static void Load(Scheduler scheduler, in StatePart part, ReadOnlySpan<byte> state)
    {
        var reader = new RecordReader(state);
        reader.Version(Version);
        if (part.Kind == StateKind.Schedule)
        {
            scheduler.Fold.LoadedDispatched = part.Dispatched;
            scheduler.Fold.LoadedTail = part.Tail;
            LoadLanes(scheduler, ref reader);
        }
        else
        {
            LoadBlock(scheduler.Pending, ref reader);
        }
    }

    private bool WriteLanes(IStateWriter writer)
    {
        _state.Clear();
        _state.Byte(Version);
        var lanes = scheduler.Pending.Lanes;
        _state.UInt32((uint)lanes.Count);
        foreach (var lane in lanes.OrderBy(lane => lane.Number.Value))
        {
            _state.UInt32(lane.Number.Value);
            _state.Int64(lane.First);
            _state.Int64(lane.End);
            foreach (long block in lane.Blocks)
                _blocks.Enqueue((lane.Number, block));
        }
        _state.UInt32((uint)scheduler.Recurring.Count);
        foreach (var message in scheduler.Recurring.All)
        {
            _state.UInt32(message.Queue);
            _state.UInt64(message.NextId.Bits);
            new RecurringRecord(message, IsDeleted: false).Write(_state);
        }
        writer.Write(new StatePart(StateKind.Schedule, 0, scheduler.Dispatched, store.Tail), _state.Written.Span);
        return true;
    }

    private bool WriteSome(IStateWriter writer)
    {
        int byteCount = 0;
        while (byteCount < BytesPerTurn && _blocks.TryDequeue(out var next))
        {
            if (scheduler.Pending.FindLane(next.Lane)?.BlockAt(next.Block) is not { Alive: > 0 } block)
                continue;
            _state.Clear();
            WriteBlock(next.Lane, next.Block, block);
            writer.Write(new StatePart(StateKind.ScheduleBlock, _part++, scheduler.Dispatched, store.Tail), _state.Written.Span);
            byteCount += _state.Length;
        }
        return _blocks.Count > 0;
    }

    private void WriteBlock(LaneNumber lane, long number, PendingBlock block)
    {
        _state.Byte(Version);
        _state.UInt32(lane.Value);
        _state.Int64(number);
        _state.UInt32((uint)block.Count);
        _state.UInt32((uint)block.Alive);
        for (int i = 0; i < block.Count; i++)
        {
            if (block.QueueAt(i) == 0)
                continue;
            _state.UInt32((uint)i);
            _state.UInt32(block.QueueAt(i));
            _state.UInt32(block.DueOffsetAt(i));
            _state.UInt64(block.PositionAt(i).Bits);
        }
        WriteKeys(block);
        WriteIds(block);
    }

    private void WriteKeys(PendingBlock block)
    {
        int place = _state.ReserveUInt32();
        uint keys = 0;
        for (int i = 0; i < block.Keys?.Count; i++)
        {
            var (hash, entry) = block.Keys[i];
            if (block.QueueAt(entry) == 0)
                continue;
            _state.UInt32(entry);
            _state.UInt32(hash);
            keys++;
        }
        _state.FillUInt32(place, keys);
    }

    /// <summary>The ids of those that were scheduled anew.</summary>
    private void WriteIds(PendingBlock block)
    {
        int place = _state.ReserveUInt32();
        uint ids = 0;
        for (int i = 0; i < block.Count; i++)
        {
            var id = scheduler.Pending.Rescheduled.IdOf(block.PositionAt(i));
            if (block.QueueAt(i) == 0 || id == block.PositionAt(i))
                continue;
            _state.UInt32((uint)i);
            _state.UInt64(id.Bits);
            ids++;
        }
        _state.FillUInt32(place, ids);
    }

    private static void LoadLanes(Scheduler scheduler, ref RecordReader reader)
    {
        int lanes = reader.Count();
        for (int i = 0; i < lanes; i++)
            ReadLane(scheduler.Pending, ref reader).Restore(new Offset(reader.Int64()), new Offset(reader.Int64()));
        int recurring = reader.Count();
        for (int i = 0; i < recurring; i++)
        {
            uint queue = reader.UInt32();
            var next = LogPosition.FromBits(reader.UInt64());
            scheduler.Recurring.Set(RecurringRecord.Read(ref reader).Message with { Queue = queue, NextId = next });
        }
    }

    private static void LoadBlock(PendingMessages pending, ref RecordReader reader)
    {
        var lane = ReadLane(pending, ref reader);
        long number = reader.Int64();
        int count = reader.Count();
        var block = lane.MakeBlock(number, count);
        int alive = reader.Count();
        for (int i = 0; i < alive; i++)
        {
            block.AddGone(reader.Count());
            uint queue = reader.UInt32();
            uint dueOffset = reader.UInt32();
            block.Add(queue, reader.UInt64(), dueOffset);
        }
        block.AddGone(count);
        int keys = reader.Count();
        for (int i = 0; i < keys; i++)
            block.AddKey(reader.Count(), reader.UInt32());
        int ids = reader.Count();
        for (int i = 0; i < ids; i++)
        {
            var position = block.PositionAt(reader.Count());
            pending.Rescheduled.Add(LogPosition.FromBits(reader.UInt64()), position);
        }
        pending.Join(lane, number);
    }

    private static PendingLane ReadLane(PendingMessages pending, ref RecordReader reader)
    {
        uint number = reader.UInt32();
        if (!LaneNumber.TryRead(number, out var lane))
            throw new StoreException(ErrorCode.LogDamaged, $"the checkpoint has lane {number:x8}, which is none");
        return pending.Lane(lane);
    }
}
