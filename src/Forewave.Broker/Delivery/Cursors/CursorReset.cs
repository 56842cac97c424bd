using System.Numerics;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.Cursors;

/// <summary>
/// Lets a cursor begin anew at an offset: nothing is unsettled, ahead, keyed or parked any more, what comes from there on was
/// never handed out. Leases that were out are recalled. By records alone: whether a lease has expired makes no difference.
/// </summary>
internal static class CursorReset
{
    /// <summary>Does it.</summary>
    public static void To(Cursor cursor, long offset)
    {
        // What did not come again since an earlier reset begins at the old read offset.
        cursor.Recalled.DropBefore(cursor.ReadOffset);
        var leases = new List<RecordRun>();
        foreach (long number in cursor.Blocks.Numbers.Order())
            Collect(number, cursor.Blocks.Get(number), leases);
        cursor.Clear(offset);
        cursor.Recalled.Recall(leases, offset);
    }

    private static void Collect(long number, CursorBlock block, List<RecordRun> leases)
    {
        for (ulong rest = block.Unsettled & block.Leased; rest != 0; rest &= rest - 1)
        {
            int place = BitOperations.TrailingZeroCount(rest);
            long offset = (number << CursorBlock.Shift) + place;
            uint attempt = block.AttemptsOf[place];
            if (leases.Count > 0 && leases[^1] is var last && last.End == offset && last.Attempt == attempt)
                leases[^1] = last with { Count = last.Count + 1 };
            else
                leases.Add(new RecordRun(offset, 1, attempt));
        }
    }
}
