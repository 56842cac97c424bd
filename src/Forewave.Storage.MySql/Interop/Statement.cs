using System.Text;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// A prepared statement of one connection, for the connection's thread. Made by <see cref="Connection.Prepare"/>, which keeps it
/// for the next time. An exception leaves it as it was, unless the connection is lost.
/// </summary>
internal sealed unsafe class Statement : IDisposable
{
    private readonly StatementHandle _handle;
    private readonly Connection _connection;
    private readonly int _parameters;

    private NativeBind[] _binds = [];
    private int _arraySize;
    private bool _isReading;

    internal Statement(Connection connection, ConnectionHandle handle, string sql)
    {
        _connection = connection;
        _handle = new StatementHandle(handle);
        byte[] bytes = Encoding.UTF8.GetBytes(sql);
        try
        {
            fixed (byte* text = bytes)
            {
                Check(LibMariaDb.Prepare(_handle, text, (ulong)bytes.Length));
            }
        }
        catch
        {
            _handle.Dispose();
            throw;
        }

        _parameters = (int)LibMariaDb.ParameterCount(_handle);
    }

    /// <summary>Executes without parameters. Returns the rows that matched.</summary>
    public long Execute() => Run(null, default);

    /// <summary>
    /// Executes with rows as single values: as many rows as fit the statement's question marks, one for most, several for
    /// <c>VALUES (?, ?), (?, ?)</c>. Returns the rows that matched.
    /// </summary>
    /// <param name="rows">Values.</param>
    /// <param name="which">Which of the rows.</param>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public long Execute(ParameterRows rows, Range which) => Run(rows, which);

    /// <inheritdoc cref="Execute(ParameterRows, Range)"/>
    public long Execute(ParameterRows rows) => Run(rows, ..);

    /// <summary>
    /// Executes once for each row, in one round trip, where the server takes arrays (<see cref="Connection.TakesArrays"/>).
    /// When a row is refused, those before it are done: for use inside a transaction.
    /// </summary>
    /// <exception cref="DatabaseException">The server refused a row, or the connection is lost.</exception>
    public long ExecuteArrays(ParameterRows rows, Range which)
    {
        Span<NativeBind> binds = Binds(rows.Columns);
        rows.BindArrays(which, binds);
        return Run(rows, binds, which.GetOffsetAndLength(rows.Count).Length);
    }

    /// <summary>Executes a SELECT. The reader is to be disposed before the connection is used again.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public RowReader Query(ParameterRows? rows, ResultRow row)
    {
        Run(rows, ..);
        uint fields = LibMariaDb.FieldCount(_handle);
        if (fields != row.Columns)
        {
            LibMariaDb.FreeResult(_handle);
            throw new ArgumentException($"The result has {fields} columns, {row.Columns} were expected.", nameof(row));
        }

        _isReading = true;
        BindResult(row);
        return new RowReader(this, row);
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Reads the next row. False: there is none, and the connection is free again.</summary>
    internal bool Fetch(ResultRow row)
    {
        int outcome = LibMariaDb.Fetch(_handle);
        switch (outcome)
        {
            case 0:
                return true;
            case LibMariaDb.NoMoreRows:
                EndReading();
                return false;
            case LibMariaDb.Truncated:
                FetchLongValues(row);
                return true;
            default:
                throw Failure();
        }
    }

    internal void EndReading()
    {
        if (_isReading)
        {
            _isReading = false;
            LibMariaDb.FreeResult(_handle);
        }
    }

    private long Run(ParameterRows? rows, Range which)
    {
        int count = rows is null ? 0 : which.GetOffsetAndLength(rows.Count).Length * rows.Columns;
        if (count != _parameters)
        {
            throw new ArgumentException($"The statement has {_parameters} parameters, {count} were given.", nameof(rows));
        }

        Span<NativeBind> binds = Binds(count);
        rows?.BindValues(which, binds);
        return Run(rows, binds, 0);
    }

    private long Run(ParameterRows? rows, Span<NativeBind> binds, int arraySize)
    {
        if (arraySize != _arraySize)
        {
            Check(LibMariaDb.SetAttribute(_handle, LibMariaDb.AttributeArraySize, &arraySize));
            _arraySize = arraySize;
        }

        if (rows is not null)
        {
            fixed (NativeBind* first = binds)
            {
                Check(LibMariaDb.BindParameters(_handle, first));
            }
        }

        Check(LibMariaDb.Execute(_handle));
        // The library reads the arrays until here.
        GC.KeepAlive(rows);
        return (long)LibMariaDb.AffectedRows(_handle);
    }

    private Span<NativeBind> Binds(int count)
    {
        if (_binds.Length < count)
        {
            _binds = new NativeBind[count];
        }

        return _binds.AsSpan(0, count);
    }

    private void BindResult(ResultRow row)
    {
        Span<NativeBind> binds = stackalloc NativeBind[row.Columns];
        row.Bind(binds);
        fixed (NativeBind* first = binds)
        {
            Check(LibMariaDb.BindResult(_handle, first));
        }
    }

    private void FetchLongValues(ResultRow row)
    {
        bool grown = false;
        for (int i = 0; i < row.Columns; i++)
        {
            if (!row.IsTruncated(i))
            {
                continue;
            }

            if (!row.IsBytes(i))
            {
                throw new InvalidDataException($"The value of column {i} does not fit the type that it is read as.");
            }

            row.Grow(i);
            grown = true;
            NativeBind bind = row.Bind(i);
            Check(LibMariaDb.FetchColumn(_handle, &bind, (uint)i, 0));
        }

        if (grown)
        {
            BindResult(row);
        }
    }

    private void Check(int outcome)
    {
        if (outcome != 0)
        {
            throw Failure();
        }
    }

    // An error in the middle of a result is noted at the connection alone.
    private DatabaseException Failure()
    {
        int number = (int)LibMariaDb.ErrorNumber(_handle);
        return number == 0
            ? _connection.Failure()
            : _connection.Failed(new DatabaseException(
                number, new SqlState(NativeText.Read(LibMariaDb.SqlState(_handle))), NativeText.Read(LibMariaDb.ErrorText(_handle))));
    }
}
