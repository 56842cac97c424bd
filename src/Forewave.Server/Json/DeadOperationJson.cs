using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Server.Json;

/// <summary>An operation on dead letters as the command line and HTTP show it.</summary>
internal static class DeadOperationJson
{
    public static void Write(Utf8JsonWriter writer, DeadOperation operation)
    {
        writer.WriteStartObject();
        WriteFields(writer, operation);
        writer.WriteEndObject();
    }

    /// <summary>The same, within an object that goes on.</summary>
    public static void WriteFields(Utf8JsonWriter writer, DeadOperation operation)
    {
        DeadIdJson.Write(writer, "operation", operation.Id);
        writer.WriteString("queue", operation.Queue.Value);
        writer.WriteString("group", operation.Group.Value);
        writer.WriteString("action", NameOf(operation.Terms.Action));
        writer.WriteString("state", NameOf(operation.State));
        if (operation.Undone is { } undone)
            DeadIdJson.Write(writer, "undone", undone);
        else
            writer.WriteString("which", operation.IsNamed ? "places" : operation.Terms.Filter.Length > 0 ? "filter" : "all");
        if (operation.Terms.Filter.Length > 0)
            writer.WriteString("filter", operation.Terms.Filter);
        if (operation.Terms.Rate > 0)
            writer.WriteNumber("rate", operation.Terms.Rate);
        if (operation.Terms.ForGood)
            writer.WriteBoolean("forGood", true);
        writer.WriteString("client", operation.Client);
        writer.WriteString("address", operation.Address);
        if (operation.Terms.Reason.Length > 0)
            writer.WriteString("reason", operation.Terms.Reason);
        writer.WriteString("begun", operation.Begun);
        if (operation.Ended is { } ended)
            writer.WriteString("ended", ended);
        writer.WriteNumber("scanned", operation.Scanned);
        writer.WriteNumber("messages", operation.Messages);
    }

    public static void Write(Utf8JsonWriter writer, DeadResult result)
    {
        writer.WriteStartObject();
        DeadIdJson.Write(writer, "place", result.Place);
        if (result.Offset is { } offset)
            writer.WriteNumber("offset", offset.Value);
        writer.WriteString("state", NameOf(result.State));
        if (result.DeadAt is { } place)
            DeadIdJson.Write(writer, "deadAt", place);
        writer.WriteEndObject();
    }

    public static string NameOf(DeadAction action) => action switch
    {
        DeadAction.Redrive => "redrive",
        DeadAction.Purge => "purge",
        DeadAction.Undo => "undo",
        _ => "unknown",
    };

    public static string NameOf(DeadOperationState state) => state switch
    {
        DeadOperationState.Running => "running",
        DeadOperationState.Done => "done",
        DeadOperationState.Cancelled => "cancelled",
        _ => "unknown",
    };

    public static string NameOf(DeadResultState state) => state switch
    {
        DeadResultState.Available => "available",
        DeadResultState.Unsettled => "unsettled",
        DeadResultState.Settled => "settled",
        DeadResultState.Dead => "dead",
        DeadResultState.Purged => "purged",
        DeadResultState.Gone => "gone",
        _ => "unknown",
    };
}
