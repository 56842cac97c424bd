using System.Text.Json;
using Forewave.Coordination;
using Forewave.Server.Cluster;

namespace Forewave.Cli.Output;

/// <summary>Broker groups: a table with a row for each broker, or one JSON array.</summary>
internal static class ClusterText
{
    public static void Print(bool json, IReadOnlyList<GroupStanding> groups)
    {
        if (json)
        {
            JsonResult.PrintList(groups, Write);
            return;
        }
        TextTable table = new("PARTITION", "EPOCH", "IN SYNC", "BROKER", "IS", "AT", "DATABASE");
        foreach (var group in groups)
        {
            string[] record = group.Group is { } known
                ? [$"{group.Partition}", $"{known.Record.Epoch}", string.Join(',', known.Record.InSync.Select(member => member.Broker))]
                : [$"{group.Partition}", "-", "no record"];
            foreach (var broker in group.Brokers)
            {
                table.Add([.. record, broker.Announced.Broker, WordOf(broker.Role), broker.Announced.Address, DatabaseOf(broker)]);
                record = ["", "", ""];
            }
            if (group.Group is { } named && group.Find(named.Record.Master) is null)
                table.Add([.. record, named.Record.Master, "gone", "-", "-"]);
        }
        table.Print();
        foreach (var broker in groups.SelectMany(group => group.Brokers).Where(broker => broker.Role == BrokerRole.Waiting))
            Console.Out.WriteLine($"{broker.Announced.Broker}: {SaysOf(broker)}");
    }

    private static string DatabaseOf(BrokerStanding broker)
    {
        if (broker.Database is null)
            return broker.Failure.Length > 0 ? broker.Failure : "-";
        if (!broker.HasDatabase)
            return broker.DatabaseText("failure");
        if (broker.Role == BrokerRole.Slave)
            return $"received {TextOr(broker, ("received", "nothing"))}, {LagOf(broker)}";
        string tail = broker.Role == BrokerRole.Waiting ? broker.DatabaseText("ahead") : "";
        return $"written {TextOr(broker, ("written", "nothing"))}{(tail.Length > 0 ? $", tail {tail}" : "")}";
    }

    private static string LagOf(BrokerStanding broker)
    {
        if (broker.Database!.Value.TryGetProperty("lagSeconds", out var lag))
            return $"{lag.GetDouble():0} s behind";
        return $"receiver {TextOr(broker, ("receiver", "?"))}, applier {TextOr(broker, ("applier", "?"))}";
    }

    private static string TextOr(BrokerStanding broker, (string Name, string Otherwise) which) =>
        broker.DatabaseText(which.Name) is { Length: > 0 } text ? text : which.Otherwise;

    private static string SaysOf(BrokerStanding broker) => broker.Report is { } report ? report.GetProperty("says").GetString() ?? "" : broker.Failure;

    private static string WordOf(BrokerRole role) => role switch
    {
        BrokerRole.Master => "master",
        BrokerRole.Slave => "slave",
        _ => "waiting",
    };

    private static void Write(Utf8JsonWriter writer, GroupStanding group)
    {
        writer.WriteStartObject();
        writer.WriteNumber("partition", group.Partition.Value);
        if (group.Group is { } known)
            WriteRecord(writer, known);
        writer.WriteStartArray("brokers");
        foreach (var broker in group.Brokers)
            Write(writer, broker);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRecord(Utf8JsonWriter writer, VersionedGroup known)
    {
        writer.WriteStartObject("record");
        writer.WriteNumber("version", known.Version);
        writer.WriteNumber("epoch", known.Record.Epoch.Value);
        writer.WriteString("master", known.Record.Master);
        writer.WriteStartArray("inSync");
        foreach (var member in known.Record.InSync)
            writer.WriteStringValue(member.Broker);
        writer.WriteEndArray();
        if (known.Record.Note.Length > 0)
            writer.WriteString("note", known.Record.Note);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, BrokerStanding broker)
    {
        writer.WriteStartObject();
        writer.WriteString("broker", broker.Announced.Broker);
        writer.WriteString("announcedAs", WordOf(broker.Role));
        writer.WriteString("address", broker.Announced.Address);
        writer.WriteString("http", broker.Announced.Http);
        if (broker.Announced.Run.Length > 0)
            writer.WriteString("run", broker.Announced.Run);
        if (broker.Failure.Length > 0)
            writer.WriteString("failure", broker.Failure);
        if (broker.Report is { } report)
        {
            writer.WritePropertyName("says");
            report.WriteTo(writer);
        }
        writer.WriteEndObject();
    }
}
