using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.ColdReads;

/// <summary>Where a read puts its runs.</summary>
/// <param name="Queue">Whose runs.</param>
/// <param name="Buffers">The runs and their bytes.</param>
internal readonly record struct RunSink(QueueNumber Queue, ReadBuffers Buffers);
