using Forewave.Broker.Delivery.Keys;

namespace Forewave.Broker.Delivery.Records;

/// <summary>
/// The payload of a KeysNoted record: which of the messages that a group has met have an ordering key. Adjoining ones make a
/// run. The record's sequence is the offset that the group has read to. Stateless.
/// </summary>
internal static class KeysNotedRecord
{
    private const byte Version = 1;

    /// <summary>Writes notes, which are in the order in which the messages were met.</summary>
    public static void Write(ReadOnlySpan<KeyNote> notes, RecordWriter writer)
    {
        writer.Byte(Version);
        int place = writer.ReserveUInt32();
        uint runs = 0;
        for (int from = 0, end; from < notes.Length; from = end, runs++)
        {
            end = from + 1;
            while (end < notes.Length && notes[end].Place == 0 && notes[end].Offset == notes[end - 1].Offset + 1)
                end++;
            writer.Int64(notes[from].Offset);
            writer.Int64(notes[from].Place);
            writer.UInt32((uint)(end - from));
            foreach (ref readonly var note in notes[from..end])
                writer.UInt64(note.Key.Value);
        }
        writer.FillUInt32(place, runs);
    }

    /// <summary>Reads it; the reader stands at the first run then.</summary>
    public static int Read(ReadOnlySpan<byte> payload, out RecordReader runs)
    {
        runs = new RecordReader(payload);
        runs.Version(Version);
        return runs.Count();
    }

    /// <summary>Reads the head of a run: a note of its first message without the key, and how many keys follow.</summary>
    public static KeyNote ReadRun(ref RecordReader runs, out int count)
    {
        var first = new KeyNote(runs.Int64(), OrderingKeyHash.None) { Place = runs.Int64() };
        count = runs.Count();
        return first;
    }
}
