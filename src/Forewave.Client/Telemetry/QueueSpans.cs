using System.Collections.Concurrent;
using Forewave.Protocol;

namespace Forewave.Client.Telemetry;

/// <summary>
/// Names and tags of the spans of one queue, made once: a listener is asked with them for every message, also for those that it does not
/// want. Immutable.
/// </summary>
internal sealed class QueueSpans
{
    private const int MostKept = 1_000;

    private static readonly ConcurrentDictionary<QueueName, QueueSpans> Kept = new();

    private QueueSpans(QueueName queue)
    {
        PublishName = $"publish {queue}";
        CreateName = $"create {queue}";
        ReceiveName = $"receive {queue}";
        ProcessName = $"process {queue}";
        Publishing = Of(queue, ("publish", "send"));
        Creating = Of(queue, ("create", "create"));
        Receiving = Of(queue, ("receive", "receive"));
        Processing = Of(queue, ("process", "process"));
    }

    public string PublishName { get; }

    public string CreateName { get; }

    public string ReceiveName { get; }

    public string ProcessName { get; }

    public KeyValuePair<string, object?>[] Publishing { get; }

    public KeyValuePair<string, object?>[] Creating { get; }

    public KeyValuePair<string, object?>[] Receiving { get; }

    public KeyValuePair<string, object?>[] Processing { get; }

    /// <summary>Those of a queue; of a process that goes through many queues some are made again. Any thread.</summary>
    public static QueueSpans Of(QueueName queue)
    {
        if (Kept.TryGetValue(queue, out QueueSpans? spans))
        {
            return spans;
        }

        if (Kept.Count >= MostKept)
        {
            Kept.Clear();
        }

        return Kept.GetOrAdd(queue, static made => new QueueSpans(made));
    }

    private static KeyValuePair<string, object?>[] Of(QueueName queue, (string Name, string Type) operation) =>
    [
        new("messaging.system", "forewave"), new("messaging.destination.name", queue.Value),
        new("messaging.operation.name", operation.Name), new("messaging.operation.type", operation.Type),
    ];
}
