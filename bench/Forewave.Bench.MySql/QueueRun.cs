using Forewave.Protocol;

namespace Forewave.Bench.MySql;

/// <summary>Messages of one queue that came together.</summary>
/// <param name="Queue">Which queue.</param>
/// <param name="First">Offset of the first one.</param>
/// <param name="Count">Messages.</param>
/// <param name="Position">Log position of the first one.</param>
internal readonly record struct QueueRun(int Queue, long First, int Count, LogPosition Position);
