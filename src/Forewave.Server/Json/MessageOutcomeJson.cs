using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Server.Json;

/// <summary>What became of a message in a group, as the command line and HTTP show it.</summary>
internal static class MessageOutcomeJson
{
    public static void Write(Utf8JsonWriter writer, MessageId id, MessageOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", id.ToString());
        writer.WriteString("where", MessageDetailsJson.NameOf(outcome.Where));
        if (outcome.DeliverAt is { } due)
            writer.WriteString("deliverAt", due);
        writer.WriteBoolean("reached", outcome.IsReached);
        if (outcome.Group is { } group)
            MessageDetailsJson.WriteFields(writer, group);
        writer.WriteEndObject();
    }
}
