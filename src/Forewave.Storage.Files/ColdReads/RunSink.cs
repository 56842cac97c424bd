namespace Forewave.Storage.Files.ColdReads;

/// <summary>Where a read puts its runs and what they lie in.</summary>
/// <param name="Runs">In offset order.</param>
/// <param name="Buffers">Their bytes.</param>
internal readonly record struct RunSink(List<StoredRun> Runs, ReadBuffers Buffers);
