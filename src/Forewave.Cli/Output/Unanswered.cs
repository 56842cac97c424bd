using Forewave.Protocol;

namespace Forewave.Cli.Output;

/// <summary>Says which partitions are missing in a result.</summary>
internal static class Unanswered
{
    /// <summary>A line on stderr, where there are any.</summary>
    public static async Task WarnAsync(IEnumerable<PartitionNumber> partitions)
    {
        string missing = string.Join(", ", partitions.Distinct().Order());
        if (missing.Length > 0)
            await Console.Error.WriteLineAsync($"forewave: not counted, for they did not answer: partitions {missing}");
    }
}
