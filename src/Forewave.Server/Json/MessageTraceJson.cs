using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>What happened to a message, as the command line and HTTP show it.</summary>
internal static class MessageTraceJson
{
    public static void Write(Utf8JsonWriter writer, MessageTrace trace)
    {
        writer.WriteStartObject();
        writer.WriteString("messageId", trace.Id.ToString());
        writer.WriteString("queue", trace.Queue.Value);
        writer.WriteBoolean("traced", trace.IsTraced);
        if (trace.TraceId is { } id)
        {
            writer.WriteString("traceId", id);
            writer.WriteString("traceparent", trace.TraceParent);
        }
        writer.WriteStartArray("events");
        foreach (var happened in trace.Events)
            Write(writer, happened);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TraceEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteString("time", happened.Time);
        writer.WriteString("event", JsonNamingPolicy.CamelCase.ConvertName(happened.Kind.ToString()));
        if (happened.Group is { } group)
            writer.WriteString("group", group.Value);
        if (happened.Attempt is { } attempt)
            writer.WriteNumber("attempt", attempt.Value);
        if (happened.Consumer is { } consumer)
            writer.WriteString("consumer", consumer);
        if (happened.Reason is { } reason)
            writer.WriteString("reason", reason);
        if (happened.Until is { } until)
            writer.WriteString("until", until);
        writer.WriteEndObject();
    }
}
