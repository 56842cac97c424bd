using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>A dead letter as the command line and HTTP show it; with its message where that was asked for.</summary>
internal static class DeadLetterJson
{
    public static void Write(Utf8JsonWriter writer, DeadLetter letter)
    {
        writer.WriteStartObject();
        DeadIdJson.Write(writer, "place", letter.Place);
        writer.WriteString("messageId", letter.Id.ToString());
        writer.WriteNumber("offset", letter.Offset.Value);
        writer.WriteString("publishTime", letter.PublishTime);
        writer.WriteString("deathTime", letter.DeathTime);
        writer.WriteString("reason", letter.Reason);
        writer.WriteNumber("bodyBytes", letter.BodyBytes);
        AttemptJson.Write(writer, letter.History);
        if (letter.Message is { } message)
        {
            MessageJson.WriteTag(writer, message.Tag);
            MessageJson.WriteKeys(writer, message.Keys);
            MessageJson.WriteHeaders(writer, message.Headers);
            MessageJson.WriteBody(writer, message.Body.Span);
        }
        writer.WriteEndObject();
    }
}
