using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>The payload of a TransactionBegun record: version u8 = 1, first check, interval and checks u32 each (milliseconds), the producer's name.</summary>
/// <param name="Terms">When its producers are asked.</param>
/// <param name="ProducerName">Their name.</param>
internal readonly record struct BegunRecord(CheckBackTerms Terms, string ProducerName)
{
    private const byte Version = 1;

    /// <summary>The record.</summary>
    public RecordDraft Draft(uint producer)
    {
        var writer = new RecordWriter();
        Write(writer);
        byte[] payload = writer.Written.ToArray();
        return new RecordDraft
        {
            Type = RecordType.TransactionBegun,
            Count = 1,
            Source = producer,
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
            // What is prepared comes after it in the log, and waits for both.
            IsLazy = true,
        };
    }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.UInt32((uint)Terms.First.TotalMilliseconds);
        writer.UInt32((uint)Terms.Interval.TotalMilliseconds);
        writer.UInt32((uint)Terms.Checks);
        writer.Text(ProducerName);
    }

    /// <summary>Reads it.</summary>
    public static BegunRecord Read(ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        return Read(ref reader);
    }

    /// <summary>Reads it where more follows.</summary>
    public static BegunRecord Read(ref RecordReader reader)
    {
        reader.Version(Version);
        var terms = new CheckBackTerms
        {
            First = TimeSpan.FromMilliseconds(reader.UInt32()), Interval = TimeSpan.FromMilliseconds(reader.UInt32()), Checks = reader.Count(),
        };
        return new BegunRecord(terms, reader.Text());
    }
}
