using System.Runtime.InteropServices;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// The keys of one block's messages by their hashes: chains in arrays, about 16 bytes a key. A hash finds candidates; the
/// message itself says whether it has the key. Not thread-safe.
/// </summary>
internal sealed class KeyChains
{
    private const int FirstHeads = 64;

    private readonly List<(uint Hash, int Next, ushort Entry)> _keys = [];
    private int[] _heads = new int[FirstHeads];

    /// <summary>How many keys.</summary>
    public int Count => _keys.Count;

    /// <summary>A key's hash and whose it is, by place.</summary>
    public (uint Hash, ushort Entry) this[int place] => (_keys[place].Hash, _keys[place].Entry);

    /// <summary>An entry of the block has a key.</summary>
    public void Add(ushort entry, uint hash)
    {
        if (_keys.Count >= _heads.Length)
            Widen();
        ref int head = ref _heads[hash & (uint)(_heads.Length - 1)];
        _keys.Add((hash, head, entry));
        head = _keys.Count;
    }

    /// <summary>Adds the entries that may have a key to a list, the oldest first.</summary>
    public void Find(uint hash, List<ushort> entries)
    {
        int from = entries.Count;
        for (int at = _heads[hash & (uint)(_heads.Length - 1)]; at > 0; at = _keys[at - 1].Next)
        {
            if (_keys[at - 1].Hash == hash)
                entries.Add(_keys[at - 1].Entry);
        }
        entries.Reverse(from, entries.Count - from);
    }

    private void Widen()
    {
        _heads = new int[_heads.Length * 2];
        var keys = CollectionsMarshal.AsSpan(_keys);
        for (int i = 0; i < keys.Length; i++)
        {
            ref int head = ref _heads[keys[i].Hash & (uint)(_heads.Length - 1)];
            keys[i].Next = head;
            head = i + 1;
        }
    }
}
