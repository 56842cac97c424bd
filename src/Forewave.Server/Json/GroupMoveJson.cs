using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>What a reset or a replay of a group does, or would do.</summary>
internal static class GroupMoveJson
{
    public static void Write(Utf8JsonWriter writer, GroupReset reset, bool isDryRun)
    {
        Begin(writer, reset.Group, isDryRun);
        writer.WriteNumber("skipped", reset.Skipped);
        writer.WriteNumber("repeated", reset.Repeated);
        writer.WriteNumber("restarted", reset.Restarted);
        writer.WriteNumber("consumers", reset.Consumers);
        writer.WriteNumber("readOffset", reset.Group.ReadOffset.Value);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, GroupReplay replay, bool isDryRun)
    {
        Begin(writer, replay.Group, isDryRun);
        writer.WriteNumber("settled", replay.Settled);
        writer.WriteNumber("pending", replay.Pending);
        writer.WriteNumber("dead", replay.Dead);
        writer.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter writer, GroupDetails group, bool isDryRun)
    {
        writer.WriteStartObject();
        writer.WriteString("queue", group.Queue.Value);
        writer.WriteString("group", group.Name.Value);
        writer.WriteBoolean("dryRun", isDryRun);
    }
}
