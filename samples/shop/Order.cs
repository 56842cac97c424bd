namespace Forewave.Samples.Shop;

/// <summary>What a client posts, and what both services have in their tables.</summary>
internal sealed record Order(string Id, long Amount, string Article);
