namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// Rows of values for the parameters of a statement, column by column in pinned memory, so that the library reads them where
/// they are. Reused: <see cref="Clear"/> keeps the memory. For one thread at a time. All values of a row are set between
/// <see cref="AddRow"/> and the next use; what is not set is NULL.
/// </summary>
internal sealed unsafe class ParameterRows
{
    // What a value takes in the packet besides its bytes: indicator, length, type.
    private const int BytesPerValue = 12;

    private readonly ParameterColumn[] _columns;

    /// <summary>Makes rows of these columns, in the order of the statement's question marks.</summary>
    public ParameterRows(params ReadOnlySpan<ColumnType> columns)
    {
        _columns = new ParameterColumn[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            _columns[i] = new ParameterColumn(columns[i]);
        }
    }

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>About as many bytes as the rows take in a packet; never less.</summary>
    public long PacketBytes { get; private set; }

    /// <summary>How many columns a row has.</summary>
    public int Columns => _columns.Length;

    /// <summary>Takes all rows away.</summary>
    public void Clear()
    {
        Count = 0;
        PacketBytes = 0;
        foreach (ParameterColumn column in _columns)
        {
            column.Clear();
        }
    }

    /// <summary>Adds a row of NULLs, which the setters then fill.</summary>
    public void AddRow()
    {
        foreach (ParameterColumn column in _columns)
        {
            column.Add();
        }

        Count++;
        PacketBytes += BytesPerValue * _columns.Length;
    }

    /// <summary>Sets a number of the last row.</summary>
    public void Set(int column, ulong value) => _columns[column].Set(ColumnType.Unsigned, value);

    /// <summary>Sets a signed number of the last row.</summary>
    public void Set(int column, long value) => _columns[column].Set(ColumnType.Signed, (ulong)value);

    /// <summary>Sets a time of the last row.</summary>
    public void Set(int column, Timestamp value)
    {
        _columns[column].Set(NativeTime.From(value));
        PacketBytes += sizeof(NativeTime);
    }

    /// <summary>Sets bytes, or text as UTF-8, of the last row. They are copied.</summary>
    public void Set(int column, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(column, value.Length));

    /// <summary>Room for bytes of the last row, to be filled before the rows are changed again.</summary>
    public Span<byte> Reserve(int column, int bytes)
    {
        PacketBytes += bytes;
        return _columns[column].Reserve(bytes);
    }

    /// <summary>About as many bytes as one row takes in a packet; never less.</summary>
    internal long PacketBytesOf(int row)
    {
        long bytes = BytesPerValue * _columns.Length;
        foreach (ParameterColumn column in _columns)
        {
            bytes += column.ValueBytes(row);
        }

        return bytes;
    }

    /// <summary>Binds rows as arrays, one structure for each column.</summary>
    internal void BindArrays(Range rows, Span<NativeBind> binds)
    {
        (int first, _) = rows.GetOffsetAndLength(Count);
        for (int i = 0; i < _columns.Length; i++)
        {
            binds[i] = _columns[i].BindArray(first);
        }
    }

    /// <summary>Binds rows as single values: all of the first row, then all of the second, and so on.</summary>
    internal void BindValues(Range rows, Span<NativeBind> binds)
    {
        (int first, int count) = rows.GetOffsetAndLength(Count);
        for (int row = 0; row < count; row++)
        {
            for (int i = 0; i < _columns.Length; i++)
            {
                binds[(row * _columns.Length) + i] = _columns[i].BindValue(first + row);
            }
        }
    }
}
