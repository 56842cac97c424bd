using System.Text;
using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Which producer has which number, read from a checkpoint's parts and from records: for who looks into a database without a broker. For
/// one thread.
/// </summary>
public sealed class ProducerIdentities
{
    private readonly Dictionary<uint, (ProducerId Id, string Name)> _byNumber = [];

    /// <summary>Takes those of a checkpoint's part.</summary>
    /// <exception cref="Storage.StoreException">LogDamaged, FormatTooNew.</exception>
    public void Load(ReadOnlySpan<byte> part) => ProducerState.Visit(part, (number, id, name) => _byNumber[number] = (id, Encoding.UTF8.GetString(name)));

    /// <summary>Takes the one of a ProducerSeen record; what is none is passed over.</summary>
    public void Load(uint number, ReadOnlySpan<byte> record)
    {
        if (ProducerRecord.TryDecode(record, out var id, out byte[] name))
            _byNumber[number] = (id, Encoding.UTF8.GetString(name));
    }

    /// <summary>The producer with a number. False: nothing says whose it is.</summary>
    public bool TryFind(uint number, out ProducerId id, out string name)
    {
        bool isKnown = _byNumber.TryGetValue(number, out var found);
        (id, name) = found;
        return isKnown;
    }
}
