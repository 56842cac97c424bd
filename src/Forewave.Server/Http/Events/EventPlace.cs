namespace Forewave.Server.Http.Events;

/// <summary>The offset of a message that a follower was sent; 0: of none.</summary>
internal readonly record struct EventPlace(long Offset);
