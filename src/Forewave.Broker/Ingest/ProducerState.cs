using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// The producers in recovery and in checkpoints. Folding is idempotent by sequence: a part may know more than the positions
/// that it names as its beginning, replay skips that.
/// <para>
/// A part, little-endian: version u8 = 1, highest number given u32, producers u32, then for each: number u32, id 16 bytes,
/// name length u8 and name, last seen i64 (Unix ms), last sequence u64, runs u32, then for each run, the oldest first:
/// position or error number u64, count u32. The runs end at the last sequence and have no gaps.
/// </para>
/// </summary>
internal sealed class ProducerState
{
    private const byte Version = 1;
    private const int ProducersPerPart = 256;
    private readonly ProducerDirectory _producers;

    public ProducerState(ProducerDirectory producers) => _producers = producers;

    /// <summary>Folds a ProducerSeen, Published, Scheduled or Repeated record.</summary>
    public void Apply(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Type == RecordType.ProducerSeen)
        {
            if (ProducerRecord.TryDecode(payload, out var id, out byte[] name))
                _producers.Restore(header.Source, id, name).LastSeen = header.Time.UnixMilliseconds;
            return;
        }
        if (_producers.Find(header.Source) is not { } producer)
            return;
        producer.LastSeen = Math.Max(producer.LastSeen, header.Time.UnixMilliseconds);
        Follow(producer.Sequences, header, header.Type == RecordType.Repeated ? RepeatedRecord.OriginalOf(header) : header.Position);
    }

    /// <summary>Writes all producers, some of them in each part.</summary>
    /// <param name="writer">Takes the parts.</param>
    /// <param name="store">Its tail before the first part is what the parts surely have, its tail after one what that may have.</param>
    public void Write(IStateWriter writer, IStore store)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        uint part = 0;
        var (producers, before) = _producers.Introduced();
        foreach (var some in producers.Chunk(ProducersPerPart).DefaultIfEmpty([]))
        {
            buffer.ResetWrittenCount();
            WritePart(buffer, some);
            writer.Write(new StatePart(StateKind.Producers, part++, before, store.Tail), buffer.WrittenSpan);
        }
    }

    /// <summary>Reads a part.</summary>
    public void Load(ReadOnlySpan<byte> state)
    {
        var reader = new StateReader(state);
        reader.ExpectVersion(Version, nameof(StateKind.Producers));
        _producers.RestoreLastNumber(reader.UInt32());
        uint count = reader.UInt32();
        for (uint i = 0; i < count; i++)
            LoadProducer(ref reader);
    }

    /// <summary>Reads the identities of a part, and passes over what else it says.</summary>
    public static void Visit(ReadOnlySpan<byte> state, Action<uint, ProducerId, byte[]> visit)
    {
        var reader = new StateReader(state);
        reader.ExpectVersion(Version, nameof(StateKind.Producers));
        reader.UInt32();
        uint count = reader.UInt32();
        for (uint i = 0; i < count; i++)
        {
            uint number = reader.UInt32();
            visit(number, ReadId(ref reader), reader.ShortBytes().ToArray());
            reader.UInt64();
            reader.UInt64();
            reader.Bytes(checked((int)reader.UInt32() * (sizeof(ulong) + sizeof(uint))));
        }
    }

    private static ProducerId ReadId(ref StateReader reader) => ProducerId.TryRead(reader.Bytes(ProducerId.ByteLength), out var id)
        ? id
        : throw new StoreException(ErrorCode.LogDamaged, "a checkpoint has a producer without an id");

    private static void Follow(SequenceWindow sequences, in RecordHeader header, LogPosition first)
    {
        ulong end = header.Sequence + (ulong)header.Count;
        if (end <= sequences.Last + 1)
            return;
        while (sequences.Last + 1 < header.Sequence)
        {
            ulong missing = Math.Min(header.Sequence - sequences.Last - 1, SequenceRun.MaxCount);
            sequences.AddRefused((int)missing, ErrorCode.SequenceGap);
        }
        ulong known = sequences.Last + 1 - header.Sequence;
        sequences.AddStored(header.Count - (int)known, first.Plus(known));
    }

    private void WritePart(ArrayBufferWriter<byte> buffer, Producer[] producers)
    {
        var writer = new StateWriter(buffer);
        writer.Byte(Version);
        writer.UInt32(_producers.LastNumber);
        writer.UInt32((uint)producers.Length);
        foreach (var producer in producers)
        {
            lock (producer.Gate)
                WriteProducer(writer, producer);
        }
    }

    private void WriteProducer(StateWriter writer, Producer producer)
    {
        var sequences = producer.Sequences;
        writer.UInt32(producer.Number);
        producer.Id.WriteTo(writer.Take(ProducerId.ByteLength));
        writer.ShortBytes(producer.Name);
        writer.UInt64((ulong)(producer.OpenHandles > 0 ? _producers.Now : producer.LastSeen));
        writer.UInt64(sequences.Last);
        writer.UInt32((uint)sequences.RunCount);
        for (int i = 0; i < sequences.RunCount; i++)
        {
            writer.UInt64(sequences[i].PositionBits);
            writer.UInt32((uint)sequences[i].Count);
        }
    }

    private void LoadProducer(ref StateReader reader)
    {
        uint number = reader.UInt32();
        var id = ReadId(ref reader);
        var producer = _producers.Restore(number, id, reader.ShortBytes().ToArray());
        producer.LastSeen = (long)reader.UInt64();
        ulong last = reader.UInt64();
        uint runs = reader.UInt32();
        var rest = reader;
        ulong kept = 0;
        for (uint i = 0; i < runs; i++)
        {
            rest.UInt64();
            kept += rest.UInt32();
        }
        producer.Sequences.StartAfter(last - kept);
        for (uint i = 0; i < runs; i++)
            LoadRun(producer.Sequences, reader.UInt64(), (int)reader.UInt32());
    }

    private static void LoadRun(SequenceWindow sequences, ulong positionBits, int count)
    {
        if (new SequenceRun(positionBits, 0, count).IsRefused)
            sequences.AddRefused(count, (ErrorCode)positionBits);
        else
            sequences.AddStored(count, LogPosition.FromBits(positionBits));
    }
}
