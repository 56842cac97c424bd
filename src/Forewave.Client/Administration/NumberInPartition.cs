using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A number that a partition gave, and of which one: as text <c>17</c>, or <c>1-17</c> where there are several.</summary>
internal readonly record struct NumberInPartition(PartitionNumber? Partition, long Number)
{
    /// <summary>Reads the text form; false: it is none. The number is 1 or more.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NumberInPartition value)
    {
        value = default;
        int dash = text.IndexOf('-');
        PartitionNumber? partition = null;
        if (dash >= 0)
        {
            if (!ushort.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out ushort of))
            {
                return false;
            }

            partition = new PartitionNumber(of);
        }

        bool isNumber = long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0;
        value = new NumberInPartition(partition, number);
        return isNumber;
    }

    public override string ToString() => Partition is { } partition
        ? string.Create(CultureInfo.InvariantCulture, $"{partition.Value}-{Number}")
        : Number.ToString(CultureInfo.InvariantCulture);
}
