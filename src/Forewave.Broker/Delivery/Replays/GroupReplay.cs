using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.Replays;

/// <summary>
/// A range of a queue, in one band of priority, that comes to one group once more: how far that is, and what came of it. The last one
/// stays after its end, until the next begins or the group is reset. Changed by records alone. For the loop alone.
/// </summary>
internal sealed class GroupReplay
{
    private const double RateUnits = 1_000;

    /// <summary>The first offset of the range.</summary>
    public required long First { get; init; }

    /// <summary>The offset after the range.</summary>
    public required long End { get; init; }

    /// <summary>Everything before this offset is dealt with.</summary>
    public long Next { get; private set; }

    /// <summary>Messages that were handed out once more, or are held behind others of their ordering key.</summary>
    public long Delivered { get; private set; }

    /// <summary>
    /// Messages that do not come by it: not settled when it came to them, dead letters, filtered, expired, or gone.
    /// </summary>
    public long PassedOver { get; private set; }

    /// <summary>Unix time in milliseconds when it was asked for.</summary>
    public required long StartTime { get; init; }

    /// <summary>Messages a second; 0: no limit.</summary>
    public required double Rate { get; init; }

    /// <summary>How it stands.</summary>
    public ReplayState State { get; private set; }

    /// <summary>Something of it is left.</summary>
    public bool IsRunning => State == ReplayState.Running;

    /// <summary>Begins one.</summary>
    public static GroupReplay Begin(long first, in GroupReplayRecord record)
    {
        var replay = new GroupReplay { First = first, End = record.End, StartTime = record.Time, Rate = record.Rate / RateUnits, Next = first };
        replay.State = replay.Next < replay.End ? ReplayState.Running : ReplayState.Done;
        return replay;
    }

    /// <summary>A rate as records have it.</summary>
    public static long InRecord(double rate) => (long)Math.Round(rate * RateUnits);

    /// <summary>Everything before an offset is dealt with.</summary>
    public void Move(long next, in GroupReplayRecord record)
    {
        if (!IsRunning)
            return;
        Delivered += record.Delivered;
        PassedOver += record.PassedOver;
        MoveTo(next);
    }

    /// <summary>Everything before an offset is gone.</summary>
    public void LoseBefore(long lowest)
    {
        if (!IsRunning || lowest <= Next)
            return;
        PassedOver += Math.Min(lowest, End) - Next;
        MoveTo(lowest);
    }

    /// <summary>What is left does not come.</summary>
    public void Cancel()
    {
        if (IsRunning)
            State = ReplayState.Cancelled;
    }

    /// <summary>Writes it into a checkpoint.</summary>
    public static void Write(GroupReplay? replay, RecordWriter writer)
    {
        writer.Byte((byte)(replay?.State ?? 0));
        if (replay is null)
            return;
        writer.Int64(replay.First);
        writer.Int64(replay.End);
        writer.Int64(replay.Next);
        writer.Int64(replay.Delivered);
        writer.Int64(replay.PassedOver);
        writer.Int64(replay.StartTime);
        writer.Int64(InRecord(replay.Rate));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static GroupReplay? Read(ref RecordReader reader)
    {
        var state = (ReplayState)reader.Byte();
        return state == 0 ? null : new GroupReplay
        {
            State = state, First = reader.Int64(), End = reader.Int64(), Next = reader.Int64(), Delivered = reader.Int64(),
            PassedOver = reader.Int64(), StartTime = reader.Int64(), Rate = reader.Int64() / RateUnits,
        };
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Delivered} messages came once more, {PassedOver} were passed over";

    private void MoveTo(long next)
    {
        Next = Math.Min(Math.Max(Next, next), End);
        if (Next == End)
            State = ReplayState.Done;
    }
}
