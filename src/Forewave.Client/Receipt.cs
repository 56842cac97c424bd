using Forewave.Protocol;

namespace Forewave.Client;

/// <summary>The broker's answer to a publish: the message is stored.</summary>
/// <param name="MessageId">The message's id.</param>
/// <param name="Durability">What is true of it: <c>Synced</c>, or <c>Memory</c> in a relaxed queue; in a broker group <c>SlaveReceived</c> or <c>MasterSynced</c>.</param>
/// <param name="IsDuplicate">
/// It was stored before: by an earlier try, or as another message with the same <see cref="Message.DeduplicationId"/>. The id is the
/// first one's.
/// </param>
public readonly record struct Receipt(MessageId MessageId, Durability Durability, bool IsDuplicate);
