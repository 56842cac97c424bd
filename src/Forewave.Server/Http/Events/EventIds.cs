using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Server.Http.Events;

/// <summary>
/// Where a watch is, at each partition: the text of an <see cref="EventId"/>, or where there are several partitions <c>0:id;1:id…</c>.
/// </summary>
internal static class EventIds
{
    /// <summary>Reads the text form; the key is null where there is one partition.</summary>
    public static bool TryParse(string text, out IReadOnlyDictionary<FollowedPartition, EventId> ids)
    {
        Dictionary<FollowedPartition, EventId> read = [];
        ids = read;
        foreach (string part in text.Split(';', Limits.MaxPartition + 2))
        {
            int end = part.IndexOf(':', StringComparison.Ordinal);
            PartitionNumber? partition = null;
            if (end >= 0)
            {
                if (!ushort.TryParse(part.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
                    return false;
                partition = new PartitionNumber(number);
            }
            if (!EventId.TryParse(part[(end + 1)..], out var id) || !read.TryAdd(new FollowedPartition(partition), id))
                return false;
        }
        return true;
    }

    /// <summary>The text form.</summary>
    public static string Format(IEnumerable<KeyValuePair<FollowedPartition, EventId>> ids) =>
        string.Join(';', ids.Select(one => one.Key.Partition is { } partition ? $"{partition}:{one.Value}" : $"{one.Value}"));
}
