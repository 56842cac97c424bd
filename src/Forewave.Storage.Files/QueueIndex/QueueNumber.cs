namespace Forewave.Storage.Files.QueueIndex;

/// <summary>Number of a queue, or of a group's dead letters, in the index files.</summary>
/// <param name="Value">As in the record's header.</param>
internal readonly record struct QueueNumber(uint Value);
