using System.Numerics;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>
/// Whose turn it is, by a strategy; of partitions by their place, the lowest first. Immutable but for its turn. Thread-safe; no lock, no
/// allocation.
/// </summary>
internal sealed class PartitionChoice
{
    private const int MaxWeight = 1_000;
    private const int Exploration = 64;
    private readonly PartitionStrategy _strategy;
    private readonly int _count;
    private readonly int _ofClient;
    private readonly int? _home;
    private readonly ushort[] _turns;
    private uint _turn;

    /// <param name="options">Strategy and weights.</param>
    /// <param name="client">The client's name.</param>
    /// <param name="partitions">Those that there are: at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is not 0 to 1,000.</exception>
    public PartitionChoice(ProducerOptions options, ClientName client, IReadOnlyList<PartitionNumber> partitions)
    {
        _strategy = options.Strategy;
        _count = partitions.Count;
        _ofClient = PlaceOf(KeySlot.Of(client.Text));
        _home = options.Home is { } home && partitions.Contains(home) ? partitions.TakeWhile(partition => partition != home).Count() : null;
        _turns = _strategy == PartitionStrategy.Weighted ? TurnsOf(options.Weights, partitions) : [];
        // Instances that start together do not begin at the same partition.
        _turn = (uint)Random.Shared.Next();
    }

    /// <summary>The place of the partition whose turn it is.</summary>
    /// <param name="queue">The queue of the message.</param>
    /// <param name="responseTicks">How long each partition took lately.</param>
    public int Next(QueueName queue, ReadOnlySpan<long> responseTicks = default) => _home ?? _strategy switch
    {
        PartitionStrategy.Weighted => _turns[Interlocked.Increment(ref _turn) % (uint)_turns.Length],
        PartitionStrategy.ClientHash => _ofClient,
        PartitionStrategy.QueueHash => PlaceOf(KeySlot.Of(queue.Value)),
        PartitionStrategy.LeastResponseTime => Fastest(responseTicks),
        _ => (int)(Interlocked.Increment(ref _turn) % (uint)_count),
    };

    /// <summary>Whether <see cref="Next"/> looks at response times.</summary>
    public bool NeedsResponseTimes => _strategy == PartitionStrategy.LeastResponseTime;

    private int Fastest(ReadOnlySpan<long> responseTicks)
    {
        uint turn = Interlocked.Increment(ref _turn);
        if (turn % Exploration == 0)
        {
            return (int)(turn / Exploration % (uint)_count);
        }

        int fastest = 0;
        for (int i = 1; i < responseTicks.Length; i++)
        {
            fastest = responseTicks[i] < responseTicks[fastest] ? i : fastest;
        }

        return fastest;
    }

    private int PlaceOf(int slot) => slot * _count / Limits.Slots;

    // Each as often as its weight says, spread evenly (smooth weighted round-robin).
    private static ushort[] TurnsOf(IReadOnlyDictionary<PartitionNumber, int> weights, IReadOnlyList<PartitionNumber> partitions)
    {
        int[] each = [.. partitions.Select(partition => weights.TryGetValue(partition, out int weight) ? weight : 1)];
        foreach (int weight in each)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, nameof(weights));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, MaxWeight, nameof(weights));
        }

        int divisor = each.Aggregate(0, (divides, weight) => (int)BigInteger.GreatestCommonDivisor(divides, weight));
        if (divisor == 0)
        {
            return [.. Enumerable.Range(0, each.Length).Select(one => (ushort)one)];
        }

        int total = each.Sum() / divisor;
        ushort[] turns = new ushort[total];
        int[] owed = new int[each.Length];
        for (int turn = 0; turn < total; turn++)
        {
            int next = 0;
            for (int i = 0; i < owed.Length; i++)
            {
                owed[i] += each[i] / divisor;
                next = owed[i] > owed[next] ? i : next;
            }

            owed[next] -= total;
            turns[turn] = (ushort)next;
        }

        return turns;
    }
}
