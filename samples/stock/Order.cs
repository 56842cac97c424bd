namespace Forewave.Samples.Stock;

/// <summary>What the order service tells.</summary>
internal sealed record Order(string Id, long Amount, string Article);
