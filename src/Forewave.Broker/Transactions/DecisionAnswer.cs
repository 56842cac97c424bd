using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Transactions;

/// <summary>Answers a Decide when the decision is on stable storage. Told once.</summary>
internal sealed class DecisionAnswer(SessionOutput output, ulong correlation, TransactionDecision decision, FlushList flushes) : IDecisionOwner
{
    /// <inheritdoc/>
    public int Messages { get; set; }

    /// <inheritdoc/>
    public void WasCommitted()
    {
        Write();
        output.Flush();
    }

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token)
    {
        Write();
        flushes.Add(output);
    }

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token)
    {
        output.WriteError(correlation, ErrorCode.StoreUnavailable);
        output.Flush();
    }

    private void Write() => output.Answer(new V1.ServerFrame
    {
        Correlation = correlation,
        Decided = new V1.Decided { Decision = (V1.TransactionDecision)decision, Messages = (uint)Messages },
    });
}
