using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>Settings and their changes, for the command line and over HTTP.</summary>
internal static class SettingJson
{
    public static void Write(Utf8JsonWriter writer, SettingDetails setting)
    {
        writer.WriteStartObject();
        writer.WriteString("setting", setting.Name);
        writer.WriteString("value", setting.Value);
        writer.WriteString("source", setting.Source);
        writer.WriteBoolean("live", setting.IsLive);
        writer.WriteString("startValue", setting.StartValue);
        if (setting.Changed is { } changed)
        {
            writer.WriteString("changed", changed);
            writer.WriteString("by", setting.By);
        }
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, SettingChange change)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number", change.Number);
        writer.WriteString("time", change.Time);
        writer.WriteString("by", change.By);
        writer.WriteString("setting", change.Name);
        if (change.Before is { } before)
            writer.WriteString("before", before);
        if (change.After is { } after)
            writer.WriteString("after", after);
        writer.WriteEndObject();
    }
}
