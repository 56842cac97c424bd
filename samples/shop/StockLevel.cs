namespace Forewave.Samples.Shop;

/// <summary>A row of the stock.</summary>
internal sealed record StockLevel(long Delivered, string Article, long Amount);
