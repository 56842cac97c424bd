using System.Numerics;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// A cursor in a checkpoint: what the records made of it, nothing that follows from the clock, in one canonical form, so that
/// two cursors with the same state give the same bytes. docs/state-format.md has the layout. Stateless.
/// </summary>
internal static class CursorParts
{
    /// <summary>Writes a cursor.</summary>
    public static void Write(Cursor cursor, RecordWriter writer)
    {
        writer.Int64(cursor.ReadOffset);
        var runs = Runs(cursor);
        var ordinals = WriteHolds(cursor, runs, writer);
        writer.UInt32((uint)runs.Count);
        foreach (var (run, hold) in runs)
        {
            writer.Int64(run.First);
            writer.UInt32((uint)run.Count);
            writer.UInt32(run.Attempt);
            writer.UInt32(hold < 0 ? 0 : (uint)ordinals[hold] + 1);
        }
        WriteAhead(cursor, writer);
        WriteHistories(cursor.Histories, writer);
    }

    /// <summary>Reads a cursor.</summary>
    public static Cursor Read(ref RecordReader reader, byte version)
    {
        var cursor = new Cursor(reader.Int64(), new AttemptHistories());
        var terms = new HoldTerms[reader.Count()];
        for (int i = 0; i < terms.Length; i++)
            terms[i] = ReadHold(cursor, ref reader, version);
        ReadRuns(cursor, terms, ref reader);
        int ahead = reader.Count();
        for (int i = 0; i < ahead; i++)
            cursor.Ahead.Restore(reader.Int64(), reader.Count());
        ReadHistories(cursor.Histories, ref reader);
        return cursor;
    }

    /// <summary>Writes the leases that a reset recalled.</summary>
    public static void WriteRecalled(RecalledLeases recalled, RecordWriter writer)
    {
        writer.UInt32((uint)recalled.Runs.Count);
        foreach (var run in recalled.Runs)
        {
            writer.Int64(run.First);
            writer.UInt32((uint)run.Count);
            writer.UInt32(run.Attempt);
        }
    }

    /// <summary>Reads what <see cref="WriteRecalled"/> wrote.</summary>
    public static void ReadRecalled(RecalledLeases recalled, ref RecordReader reader)
    {
        for (int left = reader.Count(); left > 0; left--)
            recalled.Restore(new ReadyRun(reader.Int64(), reader.Count(), reader.UInt32()));
    }

    private static List<(ReadyRun Run, int Hold)> Runs(Cursor cursor)
    {
        var runs = new List<(ReadyRun Run, int Hold)>();
        foreach (long number in cursor.Blocks.Numbers.Order())
        {
            var block = cursor.Blocks.Get(number);
            for (ulong rest = block.Unsettled; rest != 0; rest &= rest - 1)
            {
                int place = BitOperations.TrailingZeroCount(rest);
                bool held = ((block.Leased | block.Waiting) >> place & 1) != 0;
                int hold = held ? block.HoldsOf[place] : -1;
                Append(runs, new ReadyRun((number << CursorBlock.Shift) + place, 1, block.AttemptsOf[place]), hold);
            }
        }
        return runs;
    }

    private static void Append(List<(ReadyRun Run, int Hold)> runs, in ReadyRun next, int hold)
    {
        if (runs.Count > 0)
        {
            var (last, lastHold) = runs[^1];
            if (last.First + last.Count == next.First && last.Attempt == next.Attempt && lastHold == hold)
            {
                runs[^1] = (last with { Count = last.Count + next.Count }, hold);
                return;
            }
        }
        runs.Add((next, hold));
    }

    private static Dictionary<int, int> WriteHolds(Cursor cursor, List<(ReadyRun Run, int Hold)> runs, RecordWriter writer)
    {
        var ordinals = new Dictionary<int, int>();
        int place = writer.ReserveUInt32();
        foreach (int hold in runs.Select(run => run.Hold).Where(hold => hold >= 0))
        {
            if (!ordinals.TryAdd(hold, ordinals.Count))
                continue;
            var written = cursor.Holds[hold];
            writer.Byte((byte)written.Kind);
            writer.Int64(written.EndTime);
            if (written.Kind != HoldKind.Lease)
                continue;
            var consumer = cursor.Holds.ConsumerOf(written);
            writer.UInt32(written.VisibilityMilliseconds);
            writer.UInt32(written.Epoch);
            writer.Id(consumer.Id);
            writer.Text(consumer.Name);
            writer.Int64(written.SinceTime);
            writer.Byte(written.IsReplayed ? (byte)1 : (byte)0);
        }
        writer.FillUInt32(place, (uint)ordinals.Count);
        return ordinals;
    }

    private static HoldTerms ReadHold(Cursor cursor, ref RecordReader reader, byte version)
    {
        var kind = (HoldKind)reader.Byte();
        long end = reader.Int64();
        if (kind != HoldKind.Lease)
            return new HoldTerms { Kind = kind, EndTime = end };
        uint visibility = reader.UInt32();
        uint epoch = reader.UInt32();
        var consumer = cursor.Holds.Consumer(reader.Id(), reader.Text());
        return new HoldTerms
        {
            Kind = kind, EndTime = end, VisibilityMilliseconds = visibility, Epoch = epoch, Consumer = consumer,
            SinceTime = version > 5 ? reader.Int64() : end - visibility,
            IsReplayed = version > 8 && reader.Byte() != 0,
        };
    }

    private static void ReadRuns(Cursor cursor, HoldTerms[] terms, ref RecordReader reader)
    {
        var runs = new (ReadyRun Run, int Ordinal)[reader.Count()];
        var firsts = new long[terms.Length];
        var ends = new long[terms.Length];
        var lives = new int[terms.Length];
        for (int i = 0; i < runs.Length; i++)
        {
            var run = new ReadyRun(reader.Int64(), reader.Count(), reader.UInt32());
            int ordinal = reader.Count() - 1;
            runs[i] = (run, ordinal);
            if (ordinal < 0)
                continue;
            firsts[ordinal] = lives[ordinal] == 0 ? run.First : firsts[ordinal];
            ends[ordinal] = run.First + run.Count;
            lives[ordinal] += run.Count;
        }
        var holds = new int[terms.Length];
        for (int i = 0; i < terms.Length; i++)
        {
            int covered = (int)(ends[i] - firsts[i]);
            holds[i] = cursor.Holds.Add(firsts[i], covered, terms[i]);
            if (covered > lives[i])
                cursor.Holds.Leave(holds[i], covered - lives[i]);
        }
        foreach (var (run, ordinal) in runs)
            cursor.Restore(run, ordinal < 0 ? -1 : holds[ordinal]);
    }

    private static void WriteAhead(Cursor cursor, RecordWriter writer)
    {
        int place = writer.ReserveUInt32();
        uint count = 0;
        foreach (long number in cursor.Blocks.Numbers.Order())
        {
            ulong rest = cursor.Blocks.Get(number).Ahead;
            while (rest != 0)
            {
                int from = BitOperations.TrailingZeroCount(rest);
                int length = Math.Min(BitOperations.TrailingZeroCount(~(rest >> from)), CursorBlock.Size - from);
                rest &= ~(CursorBlock.Bits(length) << from);
                writer.Int64((number << CursorBlock.Shift) + from);
                writer.UInt32((uint)length);
                count++;
            }
        }
        writer.FillUInt32(place, count);
    }

    private static void WriteHistories(AttemptHistories histories, RecordWriter writer)
    {
        int place = writer.ReserveUInt32();
        uint count = 0;
        foreach (long offset in histories.Offsets)
        {
            foreach (var attempt in histories.Of(offset))
            {
                writer.Int64(offset);
                writer.UInt32(attempt.Attempt);
                writer.Int64(attempt.Time);
                writer.Text(attempt.Consumer);
                writer.Text(attempt.Reason);
                count++;
            }
        }
        writer.FillUInt32(place, count);
    }

    private static void ReadHistories(AttemptHistories histories, ref RecordReader reader)
    {
        int count = reader.Count();
        for (int i = 0; i < count; i++)
        {
            long offset = reader.Int64();
            var attempt = new FailedAttempt
            {
                Attempt = reader.UInt32(), Time = reader.Int64(), Consumer = reader.Text(), Reason = reader.Text(),
            };
            histories.Add(offset, attempt);
        }
    }
}
