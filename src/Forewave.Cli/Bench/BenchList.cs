using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>A list of messages in flight: consecutive sequences of one stream in one queue.</summary>
internal readonly record struct BenchList(QueueName Queue, long First, int Count, BenchInstant SentAt);
