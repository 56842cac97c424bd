using System.Runtime.ExceptionServices;
using Forewave.Protocol;

namespace Forewave.Cli.Output;

/// <summary>Lists that may lack partitions: what the others have is printed, and then it fails and says which are missing.</summary>
internal static class WholeList
{
    /// <summary>Reads a list to its end and prints it.</summary>
    /// <exception cref="ForewaveException">As the list's; <c>PartitionsUnanswered</c> after what there is was printed.</exception>
    public static async Task PrintAsync<T>(IAsyncEnumerable<T> entries, Action<List<T>> print)
    {
        List<T> all = [];
        ForewaveException? missing = null;
        try
        {
            await foreach (var entry in entries)
                all.Add(entry);
        }
        catch (ForewaveException partial) when (partial.Code == ErrorCode.PartitionsUnanswered)
        {
            missing = partial;
        }
        print(all);
        if (missing is not null)
            ExceptionDispatchInfo.Throw(missing);
    }
}
