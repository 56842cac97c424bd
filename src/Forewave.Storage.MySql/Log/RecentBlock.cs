using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Memory that records are gathered in, and read from as long as it is recent: header, length, payload. Filled under the gather
/// lock, pinned by any thread; let go of when it is neither recent nor pinned.
/// </summary>
internal sealed class RecentBlock : IStoredRunOwner
{
    /// <summary>What stands before a payload. An append counts 64 bytes for it.</summary>
    public static readonly int HeadBytes = Unsafe.SizeOf<RecordHeader>() + sizeof(int);

    private const int LetGo = int.MinValue / 2;

    private readonly byte[] _bytes;
    private int _filled;
    private int _pins;

    public RecentBlock(ulong number, int bytes)
        : this(number, GC.AllocateUninitializedArray<byte>(bytes))
    {
    }

    private RecentBlock(ulong number, byte[] bytes) => (Number, _bytes) = (number, bytes);

    /// <summary>Its number: blocks count up.</summary>
    public ulong Number { get; }

    /// <summary>How long it is.</summary>
    public int Length => _bytes.Length;

    /// <summary>Bytes that are still free; guarded by the gather lock.</summary>
    public int RoomBytes => _bytes.Length - _filled;

    /// <summary>Copies a record; returns where it begins. Guarded by the gather lock.</summary>
    public int Add(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        int at = _filled;
        Span<byte> room = _bytes.AsSpan(at);
        MemoryMarshal.Write(room, header);
        BinaryPrimitives.WriteInt32LittleEndian(room[(HeadBytes - sizeof(int))..], payload.Length);
        payload.CopyTo(room[HeadBytes..]);
        _filled = at + HeadBytes + payload.Length;
        return at;
    }

    /// <summary>A record that begins at a place.</summary>
    public ReadOnlyMemory<byte> Read(int at, out RecordHeader header)
    {
        ReadOnlySpan<byte> record = _bytes.AsSpan(at);
        header = MemoryMarshal.Read<RecordHeader>(record);
        return _bytes.AsMemory(at + HeadBytes, BinaryPrimitives.ReadInt32LittleEndian(record[(HeadBytes - sizeof(int))..]));
    }

    /// <summary>Holds it for a reader. False: it is not recent any more.</summary>
    public bool TryPin()
    {
        int pins = Volatile.Read(ref _pins);
        while (pins >= 0)
        {
            int seen = Interlocked.CompareExchange(ref _pins, pins + 1, pins);
            if (seen == pins)
            {
                return true;
            }

            pins = seen;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Release() => Interlocked.Decrement(ref _pins);

    /// <summary>It is not recent any more. True: nobody reads it, so its memory may be used anew.</summary>
    public bool TryRetire() => Interlocked.Add(ref _pins, LetGo) == LetGo;

    /// <summary>The same memory under a new number; only after <see cref="TryRetire"/> said yes.</summary>
    public RecentBlock Anew(ulong next) => new(next, _bytes);
}
