using System.Diagnostics;
using Forewave.Bench.Peers.Measurement;

namespace Forewave.Bench.Peers.Workloads;

/// <summary>Accounts for every message that was published: lost, doubled, out of order or damaged.</summary>
/// <remarks>Fed by one consumer at a time. A damaged body is counted and throws nothing; its message stays missing.</remarks>
internal sealed class DeliveryCheck
{
    private readonly ulong[][] _seen;
    private readonly int[] _perProducer;
    private readonly int[] _highest;
    private readonly int _sizeBytes;
    private readonly LatencyHistogram _latency;
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;

    public DeliveryCheck(IReadOnlyList<int> messagesPerProducer, Workload workload, LatencyHistogram latency)
    {
        _perProducer = [.. messagesPerProducer];
        _seen = [.. messagesPerProducer.Select(count => new ulong[(count + 63) / 64])];
        _highest = [.. messagesPerProducer.Select(_ => -1)];
        _sizeBytes = workload.SizeBytes;
        _latency = latency;
        Expected = messagesPerProducer.Sum();
    }

    public int Expected { get; }

    public int Distinct { get; private set; }

    public int Duplicates { get; private set; }

    public int OutOfOrder { get; private set; }

    public int Damaged { get; private set; }

    public int Lost => Expected - Distinct;

    /// <summary>All deliveries so far; read from any thread to see whether anything moves.</summary>
    public long Received => Volatile.Read(ref _received);

    public bool IsComplete => Distinct == Expected;

    /// <summary>Ends when every message was seen.</summary>
    public Task Complete => _complete.Task;

    /// <summary>Takes one delivery. The body is not kept.</summary>
    public void Accept(ReadOnlySpan<byte> body)
    {
        Volatile.Write(ref _received, _received + 1);
        if (body.Length != _sizeBytes || !MessageStamp.TryRead(body, out var stamp) || !IsKnown(stamp))
        {
            Damaged++;
            return;
        }

        ref var word = ref _seen[stamp.Producer][stamp.Sequence >> 6];
        var bit = 1UL << (stamp.Sequence & 63);
        if ((word & bit) != 0)
        {
            Duplicates++;
            return;
        }

        word |= bit;
        _latency.Record(Stopwatch.GetTimestamp() - stamp.IntendedTicks);
        Order(stamp);
        if (++Distinct == Expected)
        {
            _complete.TrySetResult();
        }
    }

    private bool IsKnown(MessageStamp stamp) =>
        (uint)stamp.Producer < (uint)_perProducer.Length && (uint)stamp.Sequence < (uint)_perProducer[stamp.Producer];

    private void Order(MessageStamp stamp)
    {
        if (stamp.Sequence < _highest[stamp.Producer])
        {
            OutOfOrder++;
        }
        else
        {
            _highest[stamp.Producer] = stamp.Sequence;
        }
    }
}
