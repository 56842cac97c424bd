using System.Numerics;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Looks for leases that have not expired, but for those of dying messages. Changes nothing; stateless. For the loop alone.</summary>
internal static class LeaseWalk
{
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
}
