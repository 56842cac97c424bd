namespace Forewave.Cli.Bench;

/// <summary>How a benchmark publishes.</summary>
internal enum BenchMode
{
    /// <summary>One call, one observer called back.</summary>
    Callback,

    /// <summary>As many loops as messages in flight, each awaiting its receipt.</summary>
    Await,

    /// <summary>Lists of messages, each list awaited.</summary>
    Batch,
}
