using System.Numerics;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Looks for leases that have not expired, but for those of dying messages. Changes nothing; stateless. For the loop alone.</summary>
internal static class LeaseWalk
{
    private const int BlocksPerPage = 4_096;

    /// <summary>Some consumer but one has a lease.</summary>
    public static bool AnyOfOthers(Cursor cursor, ConsumerId one) =>
        cursor.Leased > 0 && cursor.Holds.Consumers.Any(consumer => consumer.Id != one && HasAny(cursor, consumer));

    /// <summary>Adds the leases of a consumer.</summary>
    public static void Collect(Cursor cursor, GroupConsumer consumer, List<RecordRun> runs)
    {
        for (int index = consumer.FirstHold; index >= 0; index = cursor.Holds[index].Next)
        {
            var hold = cursor.Holds[index];
            foreach (var part in OffsetSpan.Of(hold.First, hold.Count))
            {
                var block = cursor.Blocks.Find(part.Number);
                ulong rest = block is null ? 0 : block.InHold(part.Mask & block.Out, index);
                while (rest != 0)
                {
                    int from = BitOperations.TrailingZeroCount(rest);
                    int length = Math.Min(BitOperations.TrailingZeroCount(~(rest >> from)), CursorBlock.Size - from);
                    rest &= ~(CursorBlock.Bits(length) << from);
                    runs.Add(new RecordRun((part.Number << CursorBlock.Shift) + from, length, block!.AttemptsOf[from]));
                }
            }
        }
    }

    private static bool HasAny(Cursor cursor, GroupConsumer consumer)
    {
        for (int index = consumer.FirstHold; index >= 0; index = cursor.Holds[index].Next)
        {
            var hold = cursor.Holds[index];
            foreach (var part in OffsetSpan.Of(hold.First, hold.Count))
            {
                if (cursor.Blocks.Find(part.Number) is { } block && block.InHold(part.Mask & block.Out, index) != 0)
                    return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Adds leases of messages from an offset on, rising, so many runs at most; returns the offset to go on from, 0 at the end.
    /// It looks at a bounded number of blocks and may add none though there are more.
    /// </summary>
    public static long List(Cursor cursor, long from, List<LeaseView> leases, int most)
    {
        long lowest = from >> CursorBlock.Shift;
        var numbers = cursor.Blocks.Numbers.Where(number => number >= lowest).Order().Take(BlocksPerPage + 1).ToArray();
        foreach (long number in numbers.Take(BlocksPerPage))
        {
            var block = cursor.Blocks.Get(number);
            ulong rest = number == lowest ? block.Out & ulong.MaxValue << (int)(from & (CursorBlock.Size - 1)) : block.Out;
            while (rest != 0)
            {
                var same = block.SameHold(number, rest);
                if (leases.Count == most)
                    return same.FirstOffset;
                rest &= ~same.Mask;
                var hold = cursor.Holds[block.HoldsOf[same.From]];
                leases.Add(new LeaseView(same.FirstOffset, same.Count, block.AttemptsOf[same.From])
                {
                    Consumer = cursor.Holds.ConsumerOf(hold), SinceTime = hold.SinceTime, EndTime = hold.EndTime,
                });
            }
        }
        return numbers.Length > BlocksPerPage ? numbers[BlocksPerPage] << CursorBlock.Shift : 0;
    }

    /// <summary>The lowest unsettled offset; 0 where nothing is unsettled.</summary>
    public static long LowestUnsettled(Cursor cursor)
    {
        long lowest = long.MaxValue;
        foreach (long number in cursor.Blocks.Numbers)
        {
            if (number < lowest && cursor.Blocks.Get(number).Unsettled != 0)
                lowest = number;
        }
        return lowest == long.MaxValue
            ? 0
            : (lowest << CursorBlock.Shift) + BitOperations.TrailingZeroCount(cursor.Blocks.Get(lowest).Unsettled);
    }

    /// <summary>How many messages a consumer has, and since when the one that it has longest (0: none).</summary>
    public static (long Messages, long SinceTime) Load(Cursor cursor, GroupConsumer consumer)
    {
        long messages = 0;
        long since = 0;
        for (int index = consumer.FirstHold; index >= 0; index = cursor.Holds[index].Next)
        {
            var hold = cursor.Holds[index];
            long before = messages;
            foreach (var part in OffsetSpan.Of(hold.First, hold.Count))
            {
                if (cursor.Blocks.Find(part.Number) is { } block)
                    messages += BitOperations.PopCount(block.InHold(part.Mask & block.Out, index));
            }
            if (messages > before && (since == 0 || hold.SinceTime < since))
                since = hold.SinceTime;
        }
        return (messages, since);
    }
}
