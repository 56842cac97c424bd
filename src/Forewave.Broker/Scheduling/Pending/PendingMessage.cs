using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>A scheduled message that is not out yet.</summary>
/// <param name="Queue">Number of its queue; 0: it is gone.</param>
/// <param name="Due">When it is due.</param>
/// <param name="Position">Log position of the record that scheduled it: its publish, or its latest rescheduling.</param>
internal readonly record struct PendingMessage(uint Queue, Timestamp Due, LogPosition Position);
