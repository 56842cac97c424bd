using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>A message of an open transaction.</summary>
/// <param name="Number">Its number in the transaction, from 1.</param>
/// <param name="Id">Its id.</param>
/// <param name="Queue">Number of its queue.</param>
/// <param name="Message">The encoded message; empty where its bytes rotted.</param>
internal sealed record PreparedMessage(uint Number, LogPosition Id, uint Queue, byte[] Message);
