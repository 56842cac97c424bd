namespace Forewave.Bench.Peers.Nats;

/// <summary>The subjects of one publishing link.</summary>
internal readonly record struct NatsRoute
{
    public required string Queue { get; init; }

    /// <summary>Where the server answers; of this link alone, as every subscriber of a subject hears all that is sent to it.</summary>
    public required string Receipts { get; init; }
}
