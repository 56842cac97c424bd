using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>The payload of a DeadLettered record: the message, where it came from, and why it died.</summary>
internal sealed record DeadLetterRecord
{
    private const byte Version = 1;

    /// <summary>Its offset in the queue.</summary>
    public required long Offset { get; init; }

    /// <summary>Why it died.</summary>
    public required string Reason { get; init; }

    /// <summary>Unix time in milliseconds of its death.</summary>
    public required long DeathTime { get; init; }

    /// <summary>Log position of its publish; none where it could not be read any more.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>Unix time in milliseconds of its publish.</summary>
    public required long PublishTime { get; init; }

    /// <summary>Number of its producer.</summary>
    public required uint Producer { get; init; }

    /// <summary>Its attempts, oldest first.</summary>
    public required IReadOnlyList<FailedAttempt> History { get; init; }

    /// <summary>The encoded message with its tag and length; empty where it could not be read any more.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Int64(Offset);
        writer.Text(Reason);
        writer.Int64(DeathTime);
        writer.UInt64(Position.Bits);
        writer.Int64(PublishTime);
        writer.UInt32(Producer);
        writer.UInt32((uint)History.Count);
        foreach (var attempt in History)
        {
            writer.UInt32(attempt.Attempt);
            writer.Int64(attempt.Time);
            writer.Text(attempt.Consumer);
            writer.Text(attempt.Reason);
        }
        writer.UInt32((uint)Message.Length);
        writer.Bytes(Message.Span);
    }

    /// <summary>Reads it; its message is a part of <paramref name="payload"/>.</summary>
    public static DeadLetterRecord Read(ReadOnlyMemory<byte> payload)
    {
        var reader = new RecordReader(payload.Span);
        reader.Version(Version);
        long offset = reader.Int64();
        string reason = reader.Text();
        long death = reader.Int64();
        var position = LogPosition.FromBits(reader.UInt64());
        long publish = reader.Int64();
        uint producer = reader.UInt32();
        var history = ReadHistory(ref reader);
        int length = reader.Count();
        int start = payload.Length - reader.Remaining;
        reader.Take(length);
        return new DeadLetterRecord
        {
            Offset = offset, Reason = reason, DeathTime = death, Position = position, PublishTime = publish, Producer = producer,
            History = history, Message = payload.Slice(start, length),
        };
    }

    /// <summary>Reads it from a dead letter's run; false: its bytes rotted, or it has no message.</summary>
    public static bool TryRead(in RunView view, out DeadLetterRecord letter)
    {
        letter = view.Damaged ? null! : Read(view.Messages);
        return letter is not null && !letter.Message.IsEmpty;
    }

    private static FailedAttempt[] ReadHistory(ref RecordReader reader)
    {
        var history = new FailedAttempt[reader.Count()];
        for (int i = 0; i < history.Length; i++)
        {
            history[i] = new FailedAttempt
            {
                Attempt = reader.UInt32(), Time = reader.Int64(), Consumer = reader.Text(), Reason = reader.Text(),
            };
        }
        return history;
    }
}
