using System.Diagnostics;
using Forewave.Client.Consuming;

namespace Forewave.Cli.Bench;

/// <summary>Judges what is received by the sequences in the bodies. Thread-safe by one lock, taken for many messages at a time.</summary>
internal sealed class DeliveryTracker
{
    // Due times are whole milliseconds: a message that arrives within one is due so long after its beginning.
    private static readonly long ClockTicks = Stopwatch.Frequency / 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<BenchProducerId, ProducerTrack> _tracks = [];
    private readonly HashSet<BenchProducerId>? _only;
    private BenchProducerId _lastProducer;
    private ProducerTrack? _lastTrack;
    private long _distinct;
    private long _bodyBytes;
    private long _duplicates;
    private long _redelivered;
    private long _outOfOrder;
    private long _early;
    private long _lastArrival;

    /// <param name="only">Producers to look at; null: all.</param>
    public DeliveryTracker(IEnumerable<BenchProducerId>? only = null) => _only = only is null ? null : [.. only];

    /// <summary>Ordering keys or priorities within which there is order; 0: all of a producer and queue is in order.</summary>
    public int Lanes { get; init; }

    /// <summary>How long after its intended send a message was to come at the earliest.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Intended send, and the delay after it → received.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Sequences received, each once.</summary>
    public long Distinct => Volatile.Read(ref _distinct);

    /// <summary>Of their bodies.</summary>
    public long BodyBytes => Volatile.Read(ref _bodyBytes);

    /// <summary>When something was last received; zero before.</summary>
    public BenchInstant LastArrival => new(Volatile.Read(ref _lastArrival));

    /// <summary>Counts messages of one queue in the order in which they were received.</summary>
    public void Count(ReadOnlySpan<ReceivedMessage> messages)
    {
        var now = BenchInstant.Now;
        lock (_gate)
        {
            foreach (ref readonly var message in messages)
                Count(in message, now);
            _lastArrival = now.Ticks;
        }
    }

    /// <summary>What was found; <paramref name="lost"/> is the caller's knowledge.</summary>
    /// <param name="lost">Acknowledged and not received.</param>
    /// <param name="isOrdered">One consumer reads each queue, or keys keep the order: it means something.</param>
    public DeliveryCounts Counts(long lost, bool isOrdered)
    {
        lock (_gate)
            return new DeliveryCounts { Lost = lost, Duplicates = _duplicates, Redelivered = _redelivered, OutOfOrder = isOrdered ? _outOfOrder : 0, Early = _early };
    }

    /// <summary>Sequences between the lowest and the highest of each producer that never came.</summary>
    public long CountGaps()
    {
        lock (_gate)
            return _tracks.Values.Sum(track => track.Gaps);
    }

    /// <summary>Recorded messages that were not received, and those that were received first under another id.</summary>
    public (long Lost, long OtherId) CompareWith(BenchRecord record)
    {
        lock (_gate)
        {
            long lost = 0, otherId = 0;
            foreach (var (producer, recorded) in record.Producers)
            {
                var (missing, different) = recorded.CompareWith(_tracks.GetValueOrDefault(producer)?.Positions);
                lost += missing;
                otherId += different;
            }
            return (lost, otherId);
        }
    }

    private void Count(in ReceivedMessage message, BenchInstant now)
    {
        var body = message.Body.Span;
        if (!BenchMessage.TryRead(body, out var read) || read.Sequence is < 1 or > SequenceTable.Most || TrackOf(read.Producer) is not { } track)
            return;
        ulong position = message.Id.Position.Bits;
        ref ulong first = ref track.Positions[read.Sequence];
        if (first == 0)
        {
            first = position;
            _distinct++;
            _bodyBytes += body.Length;
            if (!track.CountFirst(read.Sequence, message.Queue))
                _outOfOrder++;
            if (read.IntendedTime != default)
                CountLatency(now.Ticks - read.IntendedTime.Ticks - (long)(Delay.TotalSeconds * Stopwatch.Frequency));
        }
        else if (first == position)
        {
            _redelivered++;
        }
        else
        {
            _duplicates++;
        }
    }

    private void CountLatency(long ticks)
    {
        if (ticks <= -ClockTicks)
            _early++;
        Latency.Record(Math.Max(0, ticks));
    }

    private ProducerTrack? TrackOf(BenchProducerId producer)
    {
        if (_lastTrack is not null && _lastProducer == producer)
            return _lastTrack;
        if (_only is not null && !_only.Contains(producer))
            return null;
        if (!_tracks.TryGetValue(producer, out var track))
            _tracks.Add(producer, track = new ProducerTrack(Lanes));
        (_lastProducer, _lastTrack) = (producer, track);
        return track;
    }
}
