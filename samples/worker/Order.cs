namespace Forewave.Samples.Worker;

/// <summary>What the web API takes and the worker handles.</summary>
internal sealed record Order(int Number, string Customer);
