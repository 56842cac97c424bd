namespace Forewave.Broker.Search.Keys;

/// <summary>
/// One key of one message: the key's hash and where the message is. The hash is over the queue's number and the key; who finds an
/// entry reads the message and compares the key itself.
/// </summary>
/// <param name="Hash">64 bits of the hash.</param>
/// <param name="Place">The message.</param>
internal readonly record struct KeyEntry(ulong Hash, KeyPlace Place) : IComparable<KeyEntry>
{
    /// <summary>The first 32 bits of the hash: what the pages of a slice are found by.</summary>
    public uint Prefix => (uint)(Hash >> 32);

    /// <summary>Orders by hash, then by place.</summary>
    public int CompareTo(KeyEntry other)
    {
        int order = Hash.CompareTo(other.Hash);
        return order != 0 ? order : Place.CompareTo(other.Place);
    }
}
