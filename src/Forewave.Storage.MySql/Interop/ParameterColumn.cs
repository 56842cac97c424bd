using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// One column of <see cref="ParameterRows"/>. All arrays are on the pinned heap: their addresses hold while somebody holds the
/// arrays, and nothing has to be freed. Growing takes new arrays, so addresses are taken only when everything is set.
/// </summary>
internal sealed unsafe class ParameterColumn(ColumnType type)
{
    private const int FirstRows = 16;
    private const int FirstBytes = 1024;

    private readonly bool _isBytes = type is ColumnType.Bytes or ColumnType.Text;

    private int _count;
    private sbyte[] _indicators = GC.AllocateArray<sbyte>(FirstRows, pinned: true);
    private ulong[] _numbers = type is ColumnType.Time ? [] : GC.AllocateArray<ulong>(FirstRows, pinned: true);
    private NativeTime[] _times = type is ColumnType.Time ? GC.AllocateArray<NativeTime>(FirstRows, pinned: true) : [];

    // Of bytes and text: where a row's begin in the arena. _numbers has the lengths then. _pointers is made when rows are bound.
    private long[] _starts = [];
    private nint[] _pointers = [];
    private byte[] _arena = [];
    private long _used;

    internal void Clear()
    {
        _count = 0;
        _used = 0;
    }

    internal void Add()
    {
        if (_count == _indicators.Length)
        {
            Grow();
        }

        // The library reads the length of a NULL as well.
        if (_isBytes)
        {
            _numbers[_count] = 0;
        }

        _indicators[_count++] = 1;
    }

    internal void Set(ColumnType given, ulong number)
    {
        Debug.Assert(given == type, "A number is set in a column of another type.");
        _numbers[_count - 1] = number;
        _indicators[_count - 1] = 0;
    }

    internal void Set(NativeTime time)
    {
        _times[_count - 1] = time;
        _indicators[_count - 1] = 0;
    }

    internal Span<byte> Reserve(int bytes)
    {
        Debug.Assert(_isBytes, "Bytes are set in a column of another type.");
        MakeRoom(_used + bytes);
        if (_starts.Length < _indicators.Length)
        {
            Array.Resize(ref _starts, _indicators.Length);
        }

        int row = _count - 1;
        _starts[row] = _used;
        _numbers[row] = (ulong)bytes;
        _indicators[row] = 0;
        _used += bytes;
        return _arena.AsSpan((int)_starts[row], bytes);
    }

    internal long ValueBytes(int row) => _indicators[row] != 0 || !_isBytes ? sizeof(NativeTime) : (long)_numbers[row];

    internal NativeBind BindArray(int first) => Bind() with
    {
        // The library takes arrays of numbers; of all else, times too, arrays of pointers.
        Buffer = _isBytes || type is ColumnType.Time ? Address(Pointers(), first) : Address(_numbers, first),
        Length = _isBytes ? Address(_numbers, first) : null,
        Indicators = Address(_indicators, first),
    };

    internal NativeBind BindValue(int row) => Bind() with
    {
        Buffer = _isBytes ? BytesOf(row) : type is ColumnType.Time ? Address(_times, row) : Address(_numbers, row),
        Length = _isBytes ? Address(_numbers, row) : null,
        IsNull = (byte*)Address(_indicators, row),
    };

    private NativeBind Bind() => new()
    {
        Type = type switch
        {
            ColumnType.Bytes => NativeType.Blob,
            ColumnType.Text => NativeType.Text,
            ColumnType.Time => NativeType.DateTime,
            _ => NativeType.LongLong,
        },
        IsUnsigned = type is ColumnType.Unsigned ? (byte)1 : (byte)0,
    };

    private nint[] Pointers()
    {
        if (_pointers.Length < _indicators.Length)
        {
            _pointers = GC.AllocateUninitializedArray<nint>(_indicators.Length, pinned: true);
        }

        for (int row = 0; row < _count; row++)
        {
            _pointers[row] = type is ColumnType.Time ? (nint)Address(_times, row) : (nint)BytesOf(row);
        }

        return _pointers;
    }

    // An empty value still needs an address: the library takes none for NULL.
    private byte* BytesOf(int row) =>
        _indicators[row] != 0 || _numbers[row] == 0 ? (byte*)Address(_indicators, row) : Address(_arena, (int)_starts[row]);

    private void Grow()
    {
        int rows = _indicators.Length * 2;
        _indicators = Larger(_indicators, rows);
        if (type is ColumnType.Time)
        {
            _times = Larger(_times, rows);
        }
        else
        {
            _numbers = Larger(_numbers, rows);
        }
    }

    private void MakeRoom(long bytes)
    {
        if (bytes > _arena.Length)
        {
            long room = Math.Max(Math.Max(FirstBytes, bytes), Math.Min(2L * _arena.Length, Array.MaxLength));
            _arena = Larger(_arena, checked((int)room));
        }
    }

    private static T[] Larger<T>(T[] old, int length)
        where T : unmanaged
    {
        T[] larger = GC.AllocateUninitializedArray<T>(length, pinned: true);
        old.CopyTo(larger, 0);
        return larger;
    }

    private static T* Address<T>(T[] array, int index)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref array[index]);
}
