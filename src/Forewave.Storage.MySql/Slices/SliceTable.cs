using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Reading;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Slices;

/// <summary>
/// Slices as rows of MQ_SLICE, each slice a partition: dropped as a whole. Thread-safe: whoever writes or reads waits for the one
/// connection, on a thread of its own. Every append is committed by itself, so there is nothing to sync. What the database does
/// not do at present is refused as on a full disk, and the slice is its writer's to delete.
/// </summary>
internal sealed class SliceTable(ConnectionOptions options, SchemaNames names, Fences fences) : ISlices, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<SliceNumber, int> _pages = new();
    private readonly HashSet<ulong> _over = [];
    private readonly SlicedTable _table = new(names, "MQ_SLICE");
    private readonly RowInsert _insert = new($"INSERT INTO {names.Queues}.MQ_SLICE (slice, page, bytes)", new InsertedRow("(?, ?, ?)"));
    private Connection? _connection;

    /// <summary>Who reads for those who must not block; set when the store runs.</summary>
    public DatabaseReaders? Readers { get; set; }

    /// <summary>Under which it writes; set when the fence was raised.</summary>
    public Epoch Epoch { get; set; }

    /// <inheritdoc/>
    public long DiskBytes => _pages.Values.Sum(static pages => (long)pages * SlicePage.Bytes);

    /// <inheritdoc/>
    public long DiskBytesOf(SliceOwner owner) =>
        _pages.Where(slice => slice.Key.Owner == owner).Sum(static slice => (long)slice.Value * SlicePage.Bytes);

    /// <inheritdoc/>
    public SliceNumber KeepOnly(SliceOwner owner, IReadOnlySet<SliceNumber> used) => Do(connection =>
    {
        SliceNumber highest = SliceNumber.Before(owner);
        foreach (SliceNumber slice in _table.Slices(connection).Select(static value => new SliceNumber(value)).Where(slice => slice.Owner == owner))
        {
            highest = slice;
            if (used.Contains(slice))
            {
                _pages[slice] = CountPages(connection, slice.Value);
            }
            else
            {
                _over.Add(slice.Value);
            }
        }

        DropOver(connection);
        return highest;
    });

    /// <inheritdoc/>
    public void Append(SliceNumber slice, ReadOnlySpan<byte> pages)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pages.Length % SlicePage.Bytes, 0);
        int first = _pages.GetValueOrDefault(slice);
        ParameterRows rows = RowsOf(slice, first, pages);
        Do(connection =>
        {
            if (first == 0)
            {
                connection.Execute($"ALTER TABLE {_table.Name} WAIT 5 ADD PARTITION IF NOT EXISTS (PARTITION d{slice.Value} VALUES IN ({slice.Value}))");
            }

            connection.Begin();
            fences.Hold(connection, FenceRole.State, Epoch);
            _insert.Execute(connection, rows);
            connection.Commit();
            return _pages[slice] = first + rows.Count;
        });
    }

    /// <inheritdoc/>
    public void Sync(IReadOnlyCollection<SliceNumber> slices)
    {
        // Append has committed them.
    }

    /// <inheritdoc/>
    public bool Read(SliceNumber slice, SlicePage first, Span<byte> pages)
    {
        byte[] into = new byte[pages.Length];
        bool isThere = Do(connection => TryRead(connection, slice, first, into), ErrorCode.StoreUnavailable);
        into.CopyTo(pages);
        return isThere;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ReadAsync(ReadOnlyMemory<SliceRead> reads, CancellationToken cancellation)
    {
        DatabaseReaders readers = Readers ?? throw new InvalidOperationException("the store was not started");
        return await readers.ReadAsync(connection => ReadAll(connection, reads.Span), cancellation);
    }

    /// <inheritdoc/>
    public void Delete(SliceNumber slice)
    {
        lock (_lock)
        {
            _pages.TryRemove(slice, out _);
            _over.Add(slice.Value);
        }

        try
        {
            Do(connection =>
            {
                DropOver(connection);
                return true;
            });
        }
        catch (StoreException)
        {
            // The next one that goes takes it along, or the next opening.
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private static ParameterRows RowsOf(SliceNumber slice, int first, ReadOnlySpan<byte> pages)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes);
        for (int page = 0; page * SlicePage.Bytes < pages.Length; page++)
        {
            rows.AddRow();
            rows.Set(0, slice.Value);
            rows.Set(1, (ulong)(first + page));
            rows.Set(2, pages.Slice(page * SlicePage.Bytes, SlicePage.Bytes));
        }

        return rows;
    }

    private void DropOver(Connection connection)
    {
        if (_over.Count > 0)
        {
            new FenceGuard(options, fences, FenceRole.State, Epoch).Run(() => _over.RemoveWhere(slice => _table.TryDrop(connection, slice)));
        }
    }

    private int CountPages(Connection connection, ulong slice)
    {
        var which = new ParameterRows(ColumnType.Unsigned);
        which.AddRow();
        which.Set(0, slice);
        var row = new ResultRow(ColumnType.Unsigned);
        // By the primary key.
        using RowReader reader = connection.Prepare($"SELECT COALESCE(MAX(page) + 1, 0) FROM {_table.Name} WHERE slice = ?").Query(which, row);
        return reader.Next() ? (int)row.Unsigned(0) : 0;
    }

    private bool ReadAll(Connection connection, ReadOnlySpan<SliceRead> reads)
    {
        foreach (ref readonly SliceRead read in reads)
        {
            if (!TryRead(connection, read.Slice, read.Page, read.Into.Span[..SlicePage.Bytes]))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryRead(Connection connection, SliceNumber slice, SlicePage first, Span<byte> into)
    {
        if (!_pages.ContainsKey(slice))
        {
            return false;
        }

        var which = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned);
        which.AddRow();
        which.Set(0, slice.Value);
        which.Set(1, (ulong)first.Value);
        which.Set(2, (ulong)(first.Value + (into.Length / SlicePage.Bytes) - 1));
        var row = new ResultRow(ColumnType.Bytes);
        int read = 0;
        // By the primary key.
        using (RowReader reader = connection.Prepare($"SELECT bytes FROM {_table.Name} WHERE slice = ? AND page BETWEEN ? AND ? ORDER BY page").Query(which, row))
        {
            for (; reader.Next(); read += SlicePage.Bytes)
            {
                row.Bytes(0).CopyTo(into[read..]);
            }
        }

        return read == into.Length || !_pages.ContainsKey(slice) ? read == into.Length : throw new StoreException(
            ErrorCode.LogDamaged, $"Slice {slice.Value} in {_table.Name} ends before page {first.Value + (into.Length / SlicePage.Bytes) - 1}.");
    }

    private T Do<T>(Func<Connection, T> work, ErrorCode? refusal = null)
    {
        lock (_lock)
        {
            try
            {
                _connection ??= Connection.Open(options);
                return work(_connection);
            }
            catch (DatabaseException failure)
            {
                _connection?.Dispose();
                _connection = null;
                throw refusal is { } error && !failure.MayPass() ? new StoreException(error, $"A slice could not be read: {failure.Message}", failure) : StoreFailures.OfWaiting(failure);
            }
            catch
            {
                // What it had begun must hold nobody up.
                _connection?.Dispose();
                _connection = null;
                throw;
            }
        }
    }
}
