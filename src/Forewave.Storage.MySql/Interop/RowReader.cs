namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// Reads the rows of a result, one at a time as they come over the connection: memory holds one row, whatever the result's
/// length. Disposing drops what was not read. For the connection's thread.
/// </summary>
internal readonly struct RowReader : IDisposable
{
    private readonly Statement _statement;
    private readonly ResultRow _row;

    internal RowReader(Statement statement, ResultRow row)
    {
        _statement = statement;
        _row = row;
    }

    /// <summary>Reads the next row into the <see cref="ResultRow"/>. False: there is none.</summary>
    /// <exception cref="Connections.DatabaseException">The query failed on its way, or the connection is lost.</exception>
    public bool Next() => _statement.Fetch(_row);

    public void Dispose() => _statement.EndReading();
}
