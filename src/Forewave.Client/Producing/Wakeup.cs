using Forewave.Client.Connections;

namespace Forewave.Client.Producing;

/// <summary>Whom to tell, after the producer's lock is left, that there is something to send.</summary>
/// <param name="Connection">Where; null: nobody.</param>
/// <param name="Opening">The queue that needs a handle first; null: none.</param>
internal readonly record struct Wakeup(Connection? Connection, QueueBuffer? Opening);
