using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>
/// One producer of a benchmark: its sequence, its turn of the queues, what became of its messages. Made and driven by one
/// sender; the counts are written under <see cref="Gate"/> where several threads may come.
/// </summary>
internal sealed class BenchStream
{
    // A prime: what is due together was published far apart.
    private const long Scatter = 7919;

    private readonly BenchPlan _plan;
    private readonly RecordFile? _record;
    private readonly string[] _orderingKeys;

    public BenchStream(BenchPlan plan, BenchProducerId id, Producer producer, RecordFile? record)
    {
        _plan = plan;
        _record = record;
        Id = id;
        Producer = producer;
        InFlight = Math.Max(1, Share(plan.InFlight, plan, id.Number));
        Messages = Share(plan.Messages, plan, id.Number);
        _orderingKeys = [.. Enumerable.Range(0, plan.OrderingKeys).Select(key => OrderingKeyOf(id, key))];
    }

    /// <summary>Its id in bodies and in the record file.</summary>
    public BenchProducerId Id { get; }

    /// <summary>The SDK's.</summary>
    public Producer Producer { get; }

    /// <summary>How many it publishes.</summary>
    public long Messages { get; }

    /// <summary>Its share of the messages in flight; from 1.</summary>
    public long InFlight { get; }

    /// <summary>Guards what senders with several threads count.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Call → receipt.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>The last sequence that was given out.</summary>
    public long LastSequence { get; private set; }

    /// <summary>Messages with a receipt.</summary>
    public long Stored { get; private set; }

    /// <summary>Messages without one for good.</summary>
    public long Errors { get; private set; }

    /// <summary>Why the first of them failed.</summary>
    public ForewaveException? FirstError { get; private set; }

    /// <summary>All were given out.</summary>
    public bool IsExhausted => LastSequence >= Messages;

    /// <summary>A body of the plan's size.</summary>
    public byte[] NewBody()
    {
        byte[] body = new byte[_plan.SizeBytes];
        Random.Shared.NextBytes(body);
        return body;
    }

    /// <summary>Gives out the next sequence, and writes it into a body.</summary>
    public long Next(byte[] body, BenchInstant intendedTime)
    {
        long sequence = ++LastSequence;
        new BenchMessage(Id, sequence, intendedTime).WriteTo(body);
        return sequence;
    }

    /// <summary>The key of a message.</summary>
    public static string KeyOf(int producer, long sequence) => $"key-{producer}-{sequence}";

    /// <summary>One of the ordering keys of a producer: producers share none, for nobody knows the order between them.</summary>
    public static string OrderingKeyOf(BenchProducerId producer, long key) => $"order-{producer.Number}-{key}";

    /// <summary>A message with a body, due as the plan says.</summary>
    public Message MessageOf(byte[] body, long sequence)
    {
        Message message = new(body)
        {
            DeduplicationId = _plan.DeduplicationIds ? $"{Id.Bits:x}-{sequence}" : null,
            Keys = _plan.MessageKeys ? new[] { KeyOf(Id.Number, sequence) } : default,
            OrderingKey = _orderingKeys.Length == 0 ? null : _orderingKeys[sequence % _orderingKeys.Length],
            Priority = _plan.Priorities == 0 ? null : (int)(sequence % _plan.Priorities),
        };
        if (_plan is { Delay.Ticks: 0, DeliverAt: null })
            return message;
        var into = TimeSpan.FromMilliseconds(sequence * Scatter % ((long)_plan.DueSpread.TotalMilliseconds + 1));
        return message with { Delay = _plan.DeliverAt is null ? _plan.Delay + into : TimeSpan.Zero, DeliverAt = _plan.DeliverAt + into };
    }

    /// <summary>Takes back the sequence that was given out last, which was not sent.</summary>
    public void TakeBack() => LastSequence--;

    /// <summary>The queue whose turn a sequence is.</summary>
    public QueueName QueueOf(long turn) => _plan.Queues[(int)((turn + Id.Number) % _plan.Queues.Count)];

    /// <summary>A receipt came.</summary>
    public void CountStored(in Receipt receipt, long sequence, QueueName queue, BenchInstant sentAt)
    {
        Latency.Record(sentAt.TicksSince);
        Stored++;
        _record?.Write(Id, sequence, queue, receipt.MessageId);
    }

    /// <summary>Messages failed.</summary>
    public void CountErrors(ForewaveException error, long messages)
    {
        Errors += messages;
        FirstError ??= error;
    }

    private static long Share(long total, BenchPlan plan, int number)
    {
        long share = total / plan.Producers + (number < total % plan.Producers ? 1 : 0);
        return share;
    }
}
