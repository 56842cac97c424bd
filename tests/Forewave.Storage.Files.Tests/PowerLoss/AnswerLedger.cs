using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>Owner of every record of the workload: each is answered once, in order.</summary>
internal sealed class AnswerLedger : ICommitOwner
{
    /// <summary>Answered up to here.</summary>
    public LogPosition Answered { get; private set; }

    /// <summary>An answer that came twice or out of order; null: none did.</summary>
    public ViolationException? Violation { get; private set; }

    public void Committed(LogPosition first, long token)
    {
        if (first <= Answered)
        {
            // Not thrown here: the store catches what its owners throw.
            Violation ??= new ViolationException(ViolationKind.AnswersOutOfOrder, $"{first} after {Answered}");
        }

        Answered = first;
    }

    public void Lost(StoreException failure, long token)
    {
        // Its outcome is unknown, either is right.
    }
}
