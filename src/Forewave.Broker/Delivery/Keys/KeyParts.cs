using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.Keys;

/// <summary>Order by key in a checkpoint, after the cursor that it belongs to. docs/state-format.md has the layout. Stateless.</summary>
internal static class KeyParts
{
    /// <summary>Writes the lines and the parked keys.</summary>
    public static void Write(KeyedMessages keys, RecordWriter writer)
    {
        writer.UInt32((uint)keys.Lines.Count);
        foreach (var key in keys.Lines.Keys)
        {
            writer.UInt64(key.Value);
            int place = writer.ReserveUInt32();
            uint count = 0;
            foreach (long offset in keys.Lines.OffsetsOf(key))
            {
                writer.Int64(offset);
                count++;
            }
            writer.FillUInt32(place, count);
        }
        writer.UInt32((uint)keys.Parked.Count);
        foreach (var parked in keys.Parked)
        {
            writer.Int64(parked.Offset);
            writer.Int64(parked.Time);
            writer.Text(parked.Key);
            writer.Text(parked.Reason);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the cursor has its messages already.</summary>
    public static void Read(KeyedMessages keys, ref RecordReader reader)
    {
        for (int lines = reader.Count(); lines > 0; lines--)
        {
            var key = new OrderingKeyHash(reader.UInt64());
            for (int count = reader.Count(); count > 0; count--)
                keys.Restore(key, reader.Int64());
        }
        for (int parked = reader.Count(); parked > 0; parked--)
        {
            keys.RestoreParked(new ParkedKey
            {
                Offset = reader.Int64(), Time = reader.Int64(), Key = reader.Text(), Reason = reader.Text(),
            });
        }
    }
}
