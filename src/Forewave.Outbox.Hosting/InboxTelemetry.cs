using System.Diagnostics.Metrics;

namespace Forewave.Outbox.Hosting;

/// <summary>Metrics of the inbox: meter <c>Forewave.Inbox</c>. Thread-safe.</summary>
internal static class InboxTelemetry
{
    private static readonly Meter Meter = new("Forewave.Inbox", typeof(InboxTelemetry).Assembly.GetName().Version?.ToString(3));

    private static readonly Counter<long> Recorded = Meter.CreateCounter<long>("forewave.inbox.recorded", "{message}", "Messages whose effect was committed");

    private static readonly Counter<long> Repeated = Meter.CreateCounter<long>("forewave.inbox.repeated", "{message}", "Messages that came again after their effect");

    private static readonly Counter<long> Cleaned = Meter.CreateCounter<long>("forewave.inbox.cleaned", "{message}", "Records of messages that were deleted for their age");

    public static void NoteRecorded() => Recorded.Add(1);

    public static void NoteRepeated() => Repeated.Add(1);

    public static void NoteCleaned(int records) => Cleaned.Add(records);
}
