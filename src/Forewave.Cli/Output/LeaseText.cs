using System.Globalization;
using Forewave.Client.Administration;

namespace Forewave.Cli.Output;

/// <summary>The leases of a group: a table, or one JSON array.</summary>
internal static class LeaseText
{
    /// <summary>Prints leases as they come.</summary>
    public static Task PrintAsync(bool json, IAsyncEnumerable<LeaseDetails> leases) => WholeList.PrintAsync(leases, all => Print(all, json));

    private static void Print(List<LeaseDetails> all, bool json)
    {
        if (json)
        {
            JsonResult.PrintList(all, LeaseJson.Write);
            return;
        }
        TextTable table = new("OFFSET", "COUNT", "ATTEMPT", "CONSUMER", "SINCE", "END");
        foreach (var lease in all)
            table.Add(lease.Partition is { } partition ? $"{partition}-{lease.FirstOffset}" : $"{lease.FirstOffset}", $"{lease.Count}", $"{lease.Attempt.Value}", lease.Consumer, TimeOf(lease.Since), TimeOf(lease.End));
        table.Print();
    }

    private static string TimeOf(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
