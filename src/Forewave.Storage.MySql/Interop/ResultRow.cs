using System.Runtime.CompilerServices;
using System.Text;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// The values of one row of a result, in pinned memory that the library writes into. Reused for each row and for each
/// statement with the same columns; for one thread at a time. Spans are valid until the next row is read.
/// </summary>
internal sealed unsafe class ResultRow
{
    private const int FirstBytes = 256;

    private readonly ColumnType[] _types;
    private readonly ulong[] _numbers;
    private readonly NativeTime[] _times;
    private readonly ulong[] _lengths;
    private readonly byte[] _isNull;
    private readonly byte[] _isTruncated;
    private readonly byte[][] _buffers;

    /// <summary>Makes a row of these columns, in the order of the SELECT.</summary>
    public ResultRow(params ReadOnlySpan<ColumnType> columns)
    {
        _types = columns.ToArray();
        _numbers = GC.AllocateArray<ulong>(columns.Length, pinned: true);
        _times = GC.AllocateArray<NativeTime>(columns.Length, pinned: true);
        _lengths = GC.AllocateArray<ulong>(columns.Length, pinned: true);
        _isNull = GC.AllocateArray<byte>(columns.Length, pinned: true);
        _isTruncated = GC.AllocateArray<byte>(columns.Length, pinned: true);
        _buffers = new byte[columns.Length][];
        for (int i = 0; i < columns.Length; i++)
        {
            _buffers[i] = IsBytes(i) ? GC.AllocateUninitializedArray<byte>(FirstBytes, pinned: true) : [];
        }
    }

    /// <summary>How many columns a row has.</summary>
    public int Columns => _types.Length;

    /// <summary>Whether a value is NULL. The other readers return zero, or no bytes, then.</summary>
    public bool IsNull(int column) => _isNull[column] != 0;

    /// <summary>A number.</summary>
    public ulong Unsigned(int column) => IsNull(column) ? 0 : _numbers[column];

    /// <summary>A signed number.</summary>
    public long Signed(int column) => IsNull(column) ? 0 : (long)_numbers[column];

    /// <summary>A time, cut to milliseconds.</summary>
    public Timestamp Time(int column) => IsNull(column) ? default : _times[column].ToTimestamp();

    /// <summary>Bytes, valid until the next row.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => IsNull(column) ? default : _buffers[column].AsSpan(0, (int)_lengths[column]);

    /// <summary>Text.</summary>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>Fills the structures that the library copies.</summary>
    internal void Bind(Span<NativeBind> binds)
    {
        for (int i = 0; i < _types.Length; i++)
        {
            binds[i] = Bind(i);
        }
    }

    internal NativeBind Bind(int column) => new()
    {
        Type = _types[column] switch
        {
            ColumnType.Bytes => NativeType.Blob,
            ColumnType.Text => NativeType.Text,
            ColumnType.Time => NativeType.DateTime,
            _ => NativeType.LongLong,
        },
        IsUnsigned = _types[column] is ColumnType.Unsigned ? (byte)1 : (byte)0,
        Buffer = IsBytes(column) ? Address(_buffers[column], 0) : _types[column] is ColumnType.Time ? Address(_times, column) : Address(_numbers, column),
        BufferBytes = (ulong)_buffers[column].Length,
        Length = Address(_lengths, column),
        IsNull = Address(_isNull, column),
        Error = Address(_isTruncated, column),
    };

    internal bool IsBytes(int column) => _types[column] is ColumnType.Bytes or ColumnType.Text;

    internal bool IsTruncated(int column) =>
        _isNull[column] == 0 && (IsBytes(column) ? _lengths[column] > (ulong)_buffers[column].Length : _isTruncated[column] != 0);

    /// <summary>Makes a column's buffer long enough for the value that did not fit.</summary>
    internal void Grow(int column)
    {
        long room = Math.Max((long)_lengths[column], Math.Min(2L * _buffers[column].Length, Array.MaxLength));
        _buffers[column] = GC.AllocateUninitializedArray<byte>(checked((int)room), pinned: true);
    }

    private static T* Address<T>(T[] array, int index)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref array[index]);
}
