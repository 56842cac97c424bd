using System.Text.Json;
using Forewave.Coordination.Members;
using Forewave.Server.Members;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Server.Json;

/// <summary>A broker's part in its group as JSON.</summary>
internal static class MemberJson
{
    /// <summary>Writes it; of a broker that is alone only that.</summary>
    public static void Write(Utf8JsonWriter writer, MemberHost? member, GroupReport? report)
    {
        writer.WriteStartObject();
        writer.WriteString("part", member is null ? "alone" : PartOf(member.State));
        if (member is not null)
        {
            writer.WriteString("broker", member.Name.Broker);
            writer.WriteNumber("partition", member.Name.Partition.Value);
            writer.WriteString("says", member.Says);
        }
        if (report is not null)
            WriteDatabase(writer, report);
        writer.WriteEndObject();
    }

    private static void WriteDatabase(Utf8JsonWriter writer, GroupReport report)
    {
        writer.WriteStartObject("database");
        writer.WriteString("failure", report.Failure);
        writer.WriteNumber("epoch", report.Epoch.Value);
        writer.WriteString("written", report.Written);
        writer.WriteString("received", report.Received);
        writer.WriteString("receiver", report.Receiver);
        writer.WriteString("applier", report.Applier);
        if (report.Lag is { } lag)
            writer.WriteNumber("lagSeconds", lag.TotalSeconds);
        writer.WriteBoolean("peerAnswers", report.PeerAnswers);
        writer.WriteString("ahead", report.Ahead);
        writer.WriteString("lacks", report.Lacks);
        writer.WriteEndObject();
    }

    private static string PartOf(MemberState state) => state switch
    {
        MemberState.Master => "master",
        MemberState.Slave => "slave",
        MemberState.TakingOver => "takingOver",
        _ => "waiting",
    };
}
