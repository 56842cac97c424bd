using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Who can be asked, by producer name, in turns. Thread-safe. Bounded by the handles of all connections.</summary>
internal sealed class CheckBackProducers
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<CheckBackProducer>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<ISessionOutput, HashSet<string>> _names = [];

    /// <summary>A producer can be asked.</summary>
    public void Add(CheckBackProducer producer)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(producer.Name, out var producers))
                _byName.Add(producer.Name, producers = []);
            producers.Add(producer);
            if (!_names.TryGetValue(producer.Output, out var names))
                _names.Add(producer.Output, names = new(StringComparer.Ordinal));
            names.Add(producer.Name);
        }
    }

    /// <summary>A connection ended; costs nothing where it has no such producers.</summary>
    public void Remove(ISessionOutput output)
    {
        lock (_gate)
        {
            if (!_names.Remove(output, out var names))
                return;
            foreach (string name in names)
            {
                _byName[name].RemoveAll(producer => producer.Output == output);
                if (_byName[name].Count == 0)
                    _byName.Remove(name);
            }
        }
    }

    /// <summary>A producer cannot be asked any more. Nothing where it could not be.</summary>
    public void Remove(string name, ISessionOutput output, uint handle)
    {
        lock (_gate)
        {
            if (!_byName.TryGetValue(name, out var producers))
                return;
            producers.RemoveAll(producer => producer.Output == output && producer.Handle == handle);
            if (!producers.Exists(producer => producer.Output == output) && _names.TryGetValue(output, out var names))
            {
                names.Remove(name);
                if (names.Count == 0)
                    _names.Remove(output);
            }
            if (producers.Count == 0)
                _byName.Remove(name);
        }
    }

    /// <summary>The producer of a connection's handle; null: it cannot be asked.</summary>
    public CheckBackProducer? Find(string name, ISessionOutput output, uint handle)
    {
        lock (_gate)
            return _byName.GetValueOrDefault(name)?.Find(producer => producer.Output == output && producer.Handle == handle);
    }

    /// <summary>Whoever is to be asked next about a transaction, and is asked now; null: none is there that may decide it, or none reads.</summary>
    /// <param name="transaction">Which.</param>
    /// <param name="now">The time.</param>
    /// <param name="isBusy">Somebody is there, and has as many questions as it may have.</param>
    public CheckBackProducer? Next(Transaction transaction, Timestamp now, out bool isBusy)
    {
        isBusy = false;
        lock (_gate)
        {
            if (!_byName.TryGetValue(transaction.ProducerName, out var producers))
                return null;
            for (int i = 0; i < producers.Count; i++)
            {
                var producer = producers[i];
                if (producer.Output.IsClosed || producer.Output.IsCongested || !producer.MayDecide(transaction))
                    continue;
                if (producer.Unanswered.HasRoom(now))
                {
                    producers.RemoveAt(i);
                    producers.Add(producer);
                    producer.Unanswered.Asked(transaction, now);
                    return producer;
                }
                isBusy = true;
            }
            return null;
        }
    }

    /// <summary>A producer has answered what it was asked about a transaction, or ended it unasked.</summary>
    public void Answered(string name, ISessionOutput output, uint handle, LogPosition transaction)
    {
        lock (_gate)
            _byName.GetValueOrDefault(name)?.Find(producer => producer.Output == output && producer.Handle == handle)?.Unanswered.Answered(transaction);
    }
}
