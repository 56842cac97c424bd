namespace Forewave.Protocol.Frames;

/// <summary>The outer level of a Prepare.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Publish">Where its Publish stands in the frame.</param>
public readonly record struct PrepareView(LogPosition Transaction, ByteRange Publish);
