using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Cli.Output;

/// <summary>A group as the command line shows it.</summary>
internal static class GroupJson
{
    public static void Write(Utf8JsonWriter writer, GroupDetails group)
    {
        writer.WriteStartObject();
        writer.WriteString("queue", group.Queue.Value);
        writer.WriteString("group", group.Name.Value);
        writer.WriteNumber("readOffset", group.ReadOffset.Value);
        writer.WriteNumber("unread", group.Unread);
        writer.WriteNumber("leased", group.Leased);
        writer.WriteNumber("waiting", group.Waiting);
        writer.WriteNumber("dead", group.Dead);
        writer.WriteNumber("missed", group.Missed);
        writer.WriteNumber("consumers", group.Consumers);
        WriteSettings(writer, group.Settings);
        writer.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter writer, GroupSettings settings)
    {
        if (settings.TagFilter is { } filter)
            writer.WriteString("tagFilter", filter.Text);
        if (settings.VisibilityTimeout is { } timeout)
            writer.WriteDuration("visibilityTimeout", timeout);
        if (settings.MaxAttempts is { } attempts)
            writer.WriteNumber("maxAttempts", attempts);
        if (settings.Retry is { } retry)
        {
            writer.WriteDuration("retryFirst", retry.FirstDelay);
            writer.WriteDuration("retryMax", retry.MaxDelay);
        }
    }
}
