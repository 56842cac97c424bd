using System.Security.Cryptography;
using Forewave.Broker.Deduplication;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Makes entries of messages. The hash is SipHash-2-4 under a key of the data folder, so that nobody can choose keys that end in one
/// place; about 30 ns for a short key. Thread-safe.
/// </summary>
internal sealed class KeyHashing
{
    private SipHash128 _hash = new(RandomNumberGenerator.GetBytes(SipHash128.KeyBytes));

    /// <summary>Copies its own key.</summary>
    public void WriteKey(Span<byte> key) => _hash.WriteKey(key);

    /// <summary>Recovery: the folder's key.</summary>
    public void Restore(ReadOnlySpan<byte> key) => _hash = new SipHash128(key);

    /// <summary>The hash of a key of a queue, whatever the band of priority.</summary>
    public ulong Of(uint index, ReadOnlySpan<byte> key) => _hash.Of(PriorityBand.QueueOf(index), key).High;

    /// <summary>Adds the entries of a run of messages, the first of which is at a place.</summary>
    public void AddTo(List<KeyEntry> entries, KeyPlace first, ReadOnlySpan<byte> messages)
    {
        var place = first;
        foreach (var encoded in new MessageRun(messages))
        {
            foreach (var key in MessageReader.ReadKeys(encoded))
                entries.Add(new KeyEntry(Of(first.Index, key), place));
            place = place with { Offset = place.Offset + 1 };
        }
    }
}
