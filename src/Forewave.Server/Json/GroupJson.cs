using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Server.Configuration;

namespace Forewave.Server.Json;

/// <summary>A group as the command line and HTTP show it.</summary>
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
        writer.WriteNumber("held", group.Held);
        writer.WriteNumber("parked", group.Parked);
        writer.WriteNumber("lag", group.Lag);
        if (group.OldestUnreadTime is { } unread)
            writer.WriteString("oldestUnread", unread);
        if (group.OldestUnsettledTime is { } unsettled)
            writer.WriteString("oldestUnsettled", unsettled);
        writer.WriteNumber("dead", group.Dead);
        if (group.IsDeadFull)
            writer.WriteBoolean("deadFull", true);
        writer.WriteNumber("expired", group.Expired);
        writer.WriteNumber("missed", group.Missed);
        writer.WriteNumber("consumers", group.Consumers);
        writer.WriteBoolean("paused", group.Settings.Paused == true);
        writer.WriteBoolean("atLimit", group.IsPaused);
        if (group.ActiveConsumer is { } active)
            writer.WriteString("activeConsumer", active);
        WriteSettings(writer, group.Settings);
        if (group.Replay is { } replay)
            WriteReplay(writer, replay);
        PriorityJson.Write(writer, "unreadByPriority", group.UnreadByPriority);
        if (group.ConsumerList.Count > 0)
            WriteConsumers(writer, group.ConsumerList);
        if (group.ParkedKeys.Count > 0)
            WriteParked(writer, group.ParkedKeys);
        UnansweredJson.Write(writer, group.Unanswered);
        writer.WriteEndObject();
    }

    private static void WriteReplay(Utf8JsonWriter writer, ReplayDetails replay)
    {
        writer.WriteString("replay", replay.State.ToString().ToLowerInvariant());
        writer.WriteString("replayStarted", replay.StartTime);
        writer.WriteNumber("replayTotal", replay.Total);
        writer.WriteNumber("replayLeft", replay.Left);
        writer.WriteNumber("replayDelivered", replay.Delivered);
        writer.WriteNumber("replayPassedOver", replay.PassedOver);
        if (replay.Rate > 0)
            writer.WriteNumber("replayRate", replay.Rate);
    }

    private static void WriteConsumers(Utf8JsonWriter writer, IReadOnlyList<ConsumerDetails> consumers)
    {
        writer.WriteStartArray("consumerList");
        foreach (var consumer in consumers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", consumer.Name);
            writer.WriteString("state", StateOf(consumer));
            writer.WriteString("id", consumer.Id.ToString());
            writer.WriteNumber("leased", consumer.Leased);
            if (consumer.OldestLeaseTime is { } oldest)
                writer.WriteString("oldestLease", oldest);
            if (consumer.LastSettleTime is { } settled)
                writer.WriteString("lastSettle", settled);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static string StateOf(ConsumerDetails consumer) =>
        consumer.IsStuck ? "stuck" : !consumer.IsSubscribed ? "gone" : consumer.IsWaiting ? "waiting" : "busy";

    private static void WriteParked(Utf8JsonWriter writer, IReadOnlyList<ParkedKey> keys)
    {
        writer.WriteStartArray("parkedKeys");
        foreach (var key in keys)
        {
            writer.WriteStartObject();
            writer.WriteString("key", key.OrderingKey);
            writer.WriteNumber("offset", key.Offset.Value);
            writer.WriteString("time", key.Time);
            writer.WriteString("reason", key.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>A list of delays counts alone.</summary>
    private static void WriteRetry(Utf8JsonWriter writer, GroupRetry retry)
    {
        if (retry.Delays.Count > 0)
        {
            writer.WriteString("retryDelays", string.Join(',', retry.Delays.Select(DurationText.Format)));
            return;
        }
        writer.WriteDuration("retryFirst", retry.FirstDelay);
        writer.WriteDuration("retryMax", retry.MaxDelay);
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
            WriteRetry(writer, retry);
        if (settings.OnFailure is { } policy)
            writer.WriteString("onFailure", policy.ToString().ToLowerInvariant());
        if (settings.OnExpired is { } expired)
            writer.WriteString("onExpired", expired == ExpiredPolicy.DeadLetter ? "dead-letter" : "drop");
        WriteLimit(writer, settings);
        if (settings.SingleActive is { } single)
            writer.WriteBoolean("singleActive", single);
    }

    // What is not limited is not listed.
    private static void WriteLimit(Utf8JsonWriter writer, GroupSettings settings)
    {
        if (settings.Rate is { } rate and > 0)
            writer.WriteNumber("rate", rate);
        if (settings.Burst is { } burst and > 0)
            writer.WriteNumber("burst", burst);
        if (settings.MaxLeased is { } leased and > 0)
            writer.WriteNumber("maxLeased", leased);
    }
}
