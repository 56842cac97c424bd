using System.Text.Json;
using Forewave.Cli.Output;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Cli.Repairing;

/// <summary>A tail for people or programs.</summary>
internal static class TailText
{
    public static void Print(bool json, DatabaseTail tail, IReadOnlyList<TailEntry> entries)
    {
        if (json)
        {
            JsonResult.Print(writer => Write(writer, tail, entries));
            return;
        }
        if (tail.Ahead.Length == 0)
        {
            Console.Out.WriteLine("there is no tail: the master's database has all that this one has");
            return;
        }
        Console.Out.WriteLine($"tail {tail.Ahead}: {entries.Count} messages, {tail.OtherRecords} other records; nobody was answered for any of it");
        if (tail.Common is null)
            Console.Out.WriteLine("the master does not say where its epoch began: the messages cannot be told apart and are not listed");
        if (entries.Count == 0)
            return;
        TextTable table = new("POSITION", "QUEUE", "PRODUCER", "SEQUENCE", "ORDER KEY", "PUBLISHED", "BYTES", "OUTCOME");
        foreach (var entry in entries)
        {
            table.Add(
                $"{entry.Stored.Position.Bits:x16}", QueueOf(entry), entry.ProducerName, $"{entry.Stored.Sequence}", entry.Message.OrderingKey,
                $"{entry.Stored.PublishTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}", $"{entry.Message.Body.Length}", OutcomeOf(entry));
        }
        table.Print();
    }

    private static string QueueOf(TailEntry entry) => entry.Stored.IsScheduled ? "(for later)" : entry.Stored.Queue;

    private static string OutcomeOf(TailEntry entry) =>
        entry.Outcome.Length > 0 ? entry.Outcome : entry.MayBePublished ? "-" : "for you to decide";

    private static void Write(Utf8JsonWriter writer, DatabaseTail tail, IReadOnlyList<TailEntry> entries)
    {
        writer.WriteStartObject();
        writer.WriteString("ahead", tail.Ahead);
        if (tail.Common is { } common)
            writer.WriteString("common", $"{common.Bits:x16}");
        writer.WriteNumber("otherRecords", tail.OtherRecords);
        writer.WriteStartArray("messages");
        foreach (var entry in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("position", $"{entry.Stored.Position.Bits:x16}");
            writer.WriteString("queue", entry.Stored.Queue);
            writer.WriteBoolean("scheduled", entry.Stored.IsScheduled);
            if (entry.Producer is { } producer)
                writer.WriteString("producerId", $"{producer}");
            writer.WriteString("producer", entry.ProducerName);
            writer.WriteNumber("sequence", entry.Stored.Sequence);
            writer.WriteString("orderingKey", entry.Message.OrderingKey);
            writer.WriteString("publishTime", entry.Stored.PublishTime);
            writer.WriteBase64String("body", entry.Message.Body.Span);
            writer.WriteBoolean("mayBePublished", entry.MayBePublished);
            writer.WriteBoolean("published", entry.IsPublished);
            writer.WriteString("outcome", entry.Outcome);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
