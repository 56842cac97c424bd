using Forewave.Broker.Delivery;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Search.Keys;

namespace Forewave.Broker.Search;

/// <summary>Searching as a whole. Thread-safe as each of its parts says.</summary>
internal sealed class SearchStage : IDisposable
{
    public SearchStage(KeyStage keys, DeliveryLoops delivery, Scheduler scheduling, TimeProvider time)
    {
        Keys = keys;
        Parts = new SearchParts
        {
            Store = keys.Store,
            Delivery = delivery,
            Scheduling = scheduling,
            Keys = keys.Search,
            Hashing = keys.Hashing,
            Pace = keys.Pace,
            Turns = new SearchTurns(time),
            Time = time,
        };
        Messages = new MessageSearch(Parts);
    }

    /// <summary>The key index.</summary>
    public KeyStage Keys { get; }

    /// <summary>What searches share.</summary>
    public SearchParts Parts { get; }

    /// <summary>Finds messages.</summary>
    public MessageSearch Messages { get; }

    /// <inheritdoc/>
    public void Dispose() => Keys.Dispose();
}
