using System.Collections.Concurrent;
using System.Text;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// All producer ids that the partition remembers. Thread-safe: look-ups are free of locks, opening and forgetting take one.
/// A number is never given twice, so a name that is gone is never mistaken for another.
/// </summary>
internal sealed class ProducerDirectory : IProducerNames
{
    private readonly ConcurrentDictionary<ProducerId, Producer> _byId = new();
    private readonly ConcurrentDictionary<uint, Producer> _byNumber = new();
    private readonly Lock _gate = new();
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly int _maxProducers;
    private uint _lastNumber;

    public ProducerDirectory(IStore store, BrokerOptions options, TimeProvider time)
    {
        _store = store;
        _time = time;
        _maxProducers = options.MaxProducers;
        Memory = new SequenceMemory(options.ProducerMemoryBytes);
    }

    /// <summary>What the sequences of all of them take.</summary>
    public SequenceMemory Memory { get; }

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>The highest number given.</summary>
    public uint LastNumber => Volatile.Read(ref _lastNumber);

    /// <summary>All of them, and a place in the log: who was introduced up to there is among them.</summary>
    public (Producer[] Producers, LogPosition Through) Introduced()
    {
        lock (_gate)
        {
            var through = _store.Tail;
            return ([.. _byNumber.Values], through);
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> NameOf(uint producerNumber) =>
        _byNumber.TryGetValue(producerNumber, out var producer) ? producer.Name : [];

    /// <summary>The clock as records have it: Unix time in milliseconds.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The producer with a number, or null.</summary>
    public Producer? Find(uint number) => _byNumber.GetValueOrDefault(number);

    /// <summary>
    /// Opens a producer for a connection: makes it known when it is not. The record is in the log before its first publish.
    /// </summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name now.</param>
    /// <param name="producer">With one more open handle, when the outcome is Appended.</param>
    /// <returns>NoRoom: wait for room, then again. <see cref="Producer.OpenHandles"/> counts only what succeeded.</returns>
    public AppendOutcome TryOpen(ProducerId id, ProducerName name, out Producer? producer)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name.Value);
        lock (_gate)
        {
            if (_byId.TryGetValue(id, out producer) && producer.Name.AsSpan().SequenceEqual(utf8))
            {
                producer.LastSeen = Now;
                producer.HandleOpened();
                return AppendOutcome.Appended;
            }
            if (producer is null && _byId.Count >= _maxProducers)
                throw new RefusedException(ErrorCode.TooManyProducers);
            return Introduce(id, utf8, ref producer);
        }
    }

    /// <summary>Forgets those that were idle for too long and that no connection has open.</summary>
    public int ForgetIdle()
    {
        long before = Now - (long)Limits.ProducerIdle.TotalMilliseconds;
        int forgotten = 0;
        foreach (var producer in _byNumber.Values)
        {
            if (producer.LastSeen >= before)
                continue;
            lock (_gate)
            {
                if (producer.OpenHandles > 0)
                    continue;
                Forget(producer);
                forgotten++;
            }
        }
        return forgotten;
    }

    /// <summary>Adds a producer as recovery finds it, or gives it another name.</summary>
    public Producer Restore(uint number, ProducerId id, byte[] name)
    {
        _lastNumber = Math.Max(_lastNumber, number);
        if (_byNumber.TryGetValue(number, out var known))
        {
            known.Name = name;
            return known;
        }
        // The id came back after it had been forgotten: what was known under the old number does not count any more.
        if (_byId.TryGetValue(id, out var former))
            Forget(former);
        var producer = new Producer(number, id, name, Memory) { IsRecovered = true };
        _byNumber[number] = producer;
        _byId[id] = producer;
        return producer;
    }

    /// <summary>Numbers up to this one were given before.</summary>
    public void RestoreLastNumber(uint number) => _lastNumber = Math.Max(_lastNumber, number);

    private AppendOutcome Introduce(ProducerId id, byte[] name, ref Producer? producer)
    {
        uint number = producer?.Number ?? _lastNumber + 1;
        byte[] payload = ProducerRecord.Encode(id, name);
        var outcome = _store.TryAppend([ProducerRecord.Draft(number, payload)], out _);
        if (outcome != AppendOutcome.Appended)
            return outcome;
        if (producer is null)
        {
            producer = new Producer(number, id, name, Memory);
            Volatile.Write(ref _lastNumber, number);
            _byNumber[number] = producer;
            _byId[id] = producer;
        }
        producer.Name = name;
        producer.LastSeen = Now;
        producer.HandleOpened();
        return outcome;
    }

    private void Forget(Producer producer)
    {
        _byNumber.TryRemove(producer.Number, out _);
        _byId.TryRemove(new KeyValuePair<ProducerId, Producer>(producer.Id, producer));
        lock (producer.Gate)
        {
            producer.Sequences.Clear();
            producer.RefusedKeys.Clear();
        }
    }
}
