using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>
/// Hears what became of messages that were published without being awaited: the way without an allocation per message. Each
/// message's outcome is told once, on the thread pool, the messages of a queue in the order in which they were published;
/// it should be short, for it delays the outcomes after it. What it throws is logged and ignored.
/// </summary>
public interface IPublishObserver
{
    /// <summary>A message is stored.</summary>
    /// <param name="receipt">Its receipt.</param>
    /// <param name="token">The number that was given with the message.</param>
    void Stored(in Receipt receipt, long token);

    /// <summary>A message was refused, or its outcome is unknown: <see cref="ForewaveException.Stored"/> tells which.</summary>
    /// <param name="error">Why.</param>
    /// <param name="token">The number that was given with the message.</param>
    void Failed(ForewaveException error, long token);
}
