using Forewave.Protocol.V1;

namespace Forewave.Client.Transactions;

/// <summary>Who is asked what became of transactions. Called on the receive loop: short, never blocking, never throwing.</summary>
internal interface ICheckBackHandler
{
    /// <summary>The broker asks.</summary>
    void Asked(CheckBack question);
}
