using System.Globalization;
using System.Text.Json;
using Forewave.Client.Administration;

namespace Forewave.Cli.Output;

/// <summary>The leases of a group: a table, or one JSON array.</summary>
internal static class LeaseText
{
    /// <summary>Prints leases as they come.</summary>
    public static async Task PrintAsync(bool json, IAsyncEnumerable<LeaseDetails> leases)
    {
        List<LeaseDetails> all = [];
        await foreach (var lease in leases)
            all.Add(lease);
        if (json)
        {
            JsonResult.PrintList(all, Write);
            return;
        }
        TextTable table = new("OFFSET", "COUNT", "ATTEMPT", "CONSUMER", "SINCE", "END");
        foreach (var lease in all)
            table.Add($"{lease.FirstOffset}", $"{lease.Count}", $"{lease.Attempt.Value}", lease.Consumer, TimeOf(lease.Since), TimeOf(lease.End));
        table.Print();
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter writer, LeaseDetails lease)
    {
        writer.WriteStartObject();
        writer.WriteNumber("firstOffset", lease.FirstOffset.Value);
        writer.WriteNumber("count", lease.Count);
        writer.WriteNumber("attempt", lease.Attempt.Value);
        writer.WriteString("consumer", lease.Consumer);
        writer.WriteString("consumerId", lease.ConsumerId.ToString());
        writer.WriteString("since", lease.Since);
        writer.WriteString("end", lease.End);
        writer.WriteEndObject();
    }
}
