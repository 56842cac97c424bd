using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>What one partition said to a request that went to several.</summary>
/// <param name="Partition">Which; null: the only one that there is.</param>
/// <param name="Answer">Its answer; null: it refused, or did not answer.</param>
/// <param name="Error">Why; null: it answered.</param>
internal readonly record struct PartitionAnswer(PartitionNumber? Partition, AdministrationAnswer? Answer, ForewaveException? Error)
{
    /// <summary>It did not answer: what it has is not known.</summary>
    public bool IsSilent => Error is { } error && IsSilence(error);

    /// <summary>An error that says nothing of what the partition has.</summary>
    public static bool IsSilence(ForewaveException error) =>
        error.Code is ErrorCode.Timeout or ErrorCode.OutcomeUnknown or ErrorCode.Disconnected or ErrorCode.ShuttingDown;
}
