using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>Where a read puts its runs and what they lie in.</summary>
/// <param name="Queue">Whose runs.</param>
/// <param name="Runs">In offset order.</param>
/// <param name="Buffers">Their bytes.</param>
internal readonly record struct RunSink(QueueNumber Queue, List<StoredRun> Runs, ReadBuffers Buffers);
