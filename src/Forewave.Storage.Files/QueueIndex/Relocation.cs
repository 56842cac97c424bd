using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>A run's record stands elsewhere now.</summary>
/// <param name="First">First offset of the run.</param>
/// <param name="To">Where its record is from now on.</param>
internal readonly record struct Relocation(Offset First, RecordLocation To);
