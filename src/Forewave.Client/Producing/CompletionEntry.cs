namespace Forewave.Client.Producing;

/// <summary>Who hears of one message of a batch.</summary>
/// <param name="Observer">Null: nobody.</param>
/// <param name="Token">The publisher's number.</param>
internal readonly record struct CompletionEntry(IPublishObserver? Observer, long Token);
