namespace Forewave.Client.Producing;

/// <summary>What is to be known of a message that goes from one partition's batch to another's.</summary>
/// <param name="HasKey">It has an ordering key.</param>
/// <param name="Priority">Among messages of which priority it gathers.</param>
/// <param name="HasId">It has a deduplication id.</param>
/// <param name="Entry">Who hears of it.</param>
internal readonly record struct MovedMessage(bool HasKey, byte Priority, bool HasId, CompletionEntry Entry);
