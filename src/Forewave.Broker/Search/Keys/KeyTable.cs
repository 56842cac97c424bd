using System.Runtime.InteropServices;

namespace Forewave.Broker.Search.Keys;

/// <summary>
/// Entries in memory in the order in which they came. Adding is for whoever holds the gate of <see cref="KeyIndex"/>; what was there
/// when a <see cref="Shot"/> was taken may be read by anybody at any time: nothing of it is changed again.
/// </summary>
internal sealed class KeyTable
{
    private const int SmallestRoom = 1_024;
    private readonly int _capacity;
    private ulong[] _hashes = [];
    private KeyPlace[] _places = [];

    public KeyTable(int capacity) => _capacity = capacity;

    /// <summary>Entries.</summary>
    public int Count { get; private set; }

    /// <summary>The messages that it has the keys of.</summary>
    public KeyRanges Ranges { get; } = new();

    /// <summary>Memory of the entries.</summary>
    public long Bytes => _hashes.Length * (long)(sizeof(ulong) + Marshal.SizeOf<KeyPlace>());

    /// <summary>Whether so many more fit.</summary>
    public bool MayTake(int entries) => Count + entries <= _capacity || Count == 0;

    /// <summary>Adds the entries of some messages.</summary>
    public void Add(ReadOnlySpan<KeyEntry> entries, KeyRange range)
    {
        if (Count + entries.Length > _hashes.Length)
            Grow(Count + entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            _hashes[Count + i] = entries[i].Hash;
            _places[Count + i] = entries[i].Place;
        }
        Count += entries.Length;
        Ranges.Add(range);
    }

    /// <summary>What is there now.</summary>
    public Shot Take() => new(_hashes.AsMemory(0, Count), _places);

    private void Grow(int entries)
    {
        // New memory: who looks at a shot goes on with the old.
        int room = Math.Max(Math.Max(SmallestRoom, entries), Math.Min(_capacity, _hashes.Length * 2));
        Array.Resize(ref _hashes, room);
        Array.Resize(ref _places, room);
    }

    /// <summary>Entries of a table at one moment.</summary>
    internal readonly struct Shot(ReadOnlyMemory<ulong> hashes, KeyPlace[] places)
    {
        /// <summary>Adds to a list what has a hash and lies in a range.</summary>
        public void Find(ulong hash, KeyRange range, List<long> offsets)
        {
            var rest = hashes.Span;
            for (int at = 0, next; (next = rest[at..].IndexOf(hash)) >= 0; at += next + 1)
            {
                var place = places[at + next];
                if (place.Index == range.Index && place.Offset >= range.First && place.Offset < range.End)
                    offsets.Add(place.Offset);
            }
        }

        /// <summary>All of them, sorted, each once.</summary>
        public KeyEntry[] Sorted()
        {
            var entries = new KeyEntry[hashes.Length];
            for (int i = 0; i < entries.Length; i++)
                entries[i] = new KeyEntry(hashes.Span[i], places[i]);
            return KeySort.Sort(entries);
        }
    }
}
