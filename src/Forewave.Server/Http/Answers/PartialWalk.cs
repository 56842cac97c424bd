using System.Runtime.ExceptionServices;
using Forewave.Protocol;

namespace Forewave.Server.Http.Answers;

/// <summary>Walks through a list that may end with partitions that did not answer. For one task.</summary>
/// <param name="entries">The list; not disposed here.</param>
internal sealed class PartialWalk<T>(IAsyncEnumerator<T> entries)
{
    private ForewaveException? _missing;

    /// <summary>The partitions that are missing, as it is known at the end.</summary>
    public IReadOnlyList<PartitionNumber> Missing => _missing?.Unanswered ?? [];

    /// <summary>On to the next entry; false: there is none.</summary>
    public async ValueTask<bool> MoveAsync()
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (ForewaveException partial) when (partial.Code == ErrorCode.PartitionsUnanswered)
        {
            _missing = partial;
            return false;
        }
    }

    /// <summary>Nothing has come, and what is missing may be all.</summary>
    public void ThrowMissing()
    {
        if (_missing is not null)
            ExceptionDispatchInfo.Throw(_missing);
    }
}
