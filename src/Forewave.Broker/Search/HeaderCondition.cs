namespace Forewave.Broker.Search;

/// <summary>A header that a message must have.</summary>
/// <param name="Name">Its name as UTF-8.</param>
/// <param name="Value">Its value; null: any.</param>
internal readonly record struct HeaderCondition(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte>? Value);
