using System.Collections.Concurrent;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// The blocks that hold what was appended last, in order. Adding belongs to whoever holds the gather lock; looking is for any
/// thread, without a lock. A location is a block's number above 32 bits of a place in it; 0 is none.
/// </summary>
internal sealed class RecentBlocks
{
    private const int BlockBytes = 1 << 20;

    private readonly ConcurrentDictionary<ulong, RecentBlock> _blocks = new();
    private readonly long _mostBytes;
    private RecentBlock _active;
    private RecentBlock? _spare;
    private ulong _oldest = 1;
    private long _bytes;

    /// <param name="memory">How much is kept for readers.</param>
    public RecentBlocks(ByteCount memory)
    {
        _mostBytes = memory.Value;
        _active = Add(new RecentBlock(1, BlockBytes));
    }

    /// <summary>The number of the oldest block that is kept. Any thread.</summary>
    public ulong Oldest => Volatile.Read(ref _oldest);

    /// <summary>A block with room for an append; <paramref name="uncommitted"/> and those after it are kept whatever there is.</summary>
    public RecentBlock For(ByteCount append, ulong uncommitted)
    {
        if (_active.RoomBytes >= append.Value)
        {
            return _active;
        }

        _active = Add(Next((int)Math.Max(append.Value, BlockBytes)));
        while (_bytes > _mostBytes && _oldest < Math.Min(uncommitted, _active.Number))
        {
            DropOldest();
        }

        return _active;
    }

    /// <summary>The location of a record.</summary>
    public static RecordLocation LocationOf(in GatheredRecord record) => new((record.Block.Number << 32) | (uint)record.At);

    /// <summary>Number of the block of a location.</summary>
    public static ulong NumberOf(RecordLocation location) => location.Bits >> 32;

    /// <summary>Holds the block of a location, if it is still kept.</summary>
    public bool TryPin(RecordLocation location, out RecentBlock block, out int at)
    {
        at = (int)(uint)location.Bits;
        return _blocks.TryGetValue(NumberOf(location), out block!) && block.TryPin();
    }

    private RecentBlock Next(int bytes)
    {
        RecentBlock? spare = _spare;
        _spare = null;
        return spare?.Length == bytes ? spare.Anew(_active.Number + 1) : new RecentBlock(_active.Number + 1, bytes);
    }

    private RecentBlock Add(RecentBlock block)
    {
        _blocks[block.Number] = block;
        _bytes += block.Length;
        return block;
    }

    private void DropOldest()
    {
        if (_blocks.TryRemove(_oldest, out RecentBlock? block))
        {
            _bytes -= block.Length;
            if (block.TryRetire())
            {
                _spare = block;
            }
        }

        Volatile.Write(ref _oldest, _oldest + 1);
    }
}
