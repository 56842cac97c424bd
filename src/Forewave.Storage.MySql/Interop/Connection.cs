using System.Text;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// One session with a MySQL server, for one thread at a time: every call blocks, up to the options' time-outs. After a
/// <see cref="DatabaseException"/> of kind <see cref="DatabaseFailure.ConnectionLost"/> it is of no use any more
/// (<see cref="IsLost"/>): it never connects again by itself, since a session that came back would have forgotten its
/// transaction. Disposing closes its statements and, politely, the session.
/// </summary>
internal sealed unsafe class Connection : IDisposable
{
    // Strict: a value that does not fit is refused, never cut. UTC: DATETIME columns mean one thing everywhere.
    private const string SessionSetup = """
        SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00',
            tx_isolation = 'READ-COMMITTED', autocommit = 1, innodb_lock_wait_timeout = 10
        """;

    private readonly ConnectionHandle _handle;
    private readonly Dictionary<string, LinkedListNode<(string Sql, Statement Statement)>> _statements = [];
    private readonly LinkedList<(string Sql, Statement Statement)> _lastUsed = [];

    private Connection()
    {
        _handle = new ConnectionHandle();
    }

    /// <summary>The connection is gone: nothing but disposing is left.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What the server calls this session: for KILL and SHOW PROCESSLIST.</summary>
    public ulong ThreadId => LibMariaDb.ThreadId(_handle);

    /// <summary>Name and number of the server's version, as it says it.</summary>
    public string ServerVersion => NativeText.Read(LibMariaDb.ServerVersion(_handle));

    /// <summary>The cipher of the encrypted connection; empty when it is not encrypted.</summary>
    public string TlsCipher => NativeText.Read(LibMariaDb.TlsCipher(_handle));

    /// <summary>The greatest packet that this side sends: the lesser of the server's limit and the options'.</summary>
    public long MaxPacketBytes { get; private set; }

    /// <summary>Whether <see cref="Statement.ExecuteArrays"/> works here.</summary>
    public bool TakesArrays { get; private set; }

    /// <summary>
    /// How many statements stay prepared, the last used: 1 or more. Default 64; each counts in the server's max_prepared_stmt_count, and one
    /// that is not kept costs two round trips more.
    /// </summary>
    public int KeptStatements { get; set; } = 64;

    /// <summary>Connects, and sets the session up: strict, UTC, READ COMMITTED, utf8mb4.</summary>
    /// <exception cref="StoreException">NativeLibraryMissing.</exception>
    /// <exception cref="DatabaseException">The server is not there, refuses, or has no TLS where it is demanded.</exception>
    public static Connection Open(ConnectionOptions options)
    {
        MariaDbLibrary.Require();
        var connection = new Connection();
        try
        {
            connection.SetOptions(options);
            connection.Connect(options);
            connection.SetUp(options);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement of this text, prepared now or earlier. Kept until it is not used for long, or the connection ends.</summary>
    /// <param name="sql">One statement; values are question marks.</param>
    /// <exception cref="DatabaseException">The server does not understand it, or the connection is lost.</exception>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
        {
            _lastUsed.Remove(known);
            _lastUsed.AddLast(known);
            return known.Value.Statement;
        }

        if (_statements.Count >= KeptStatements)
        {
            (string oldest, Statement statement) = _lastUsed.First!.Value;
            _lastUsed.RemoveFirst();
            _statements.Remove(oldest);
            statement.Dispose();
        }

        var made = new Statement(this, _handle, sql);
        _statements.Add(sql, _lastUsed.AddLast((sql, made)));
        return made;
    }

    /// <summary>Executes a text without parameters that gives no rows: DDL, SET, transactions. Returns the rows that matched.</summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public long Execute(string sql)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = bytes)
        {
            Check(LibMariaDb.Query(_handle, text, (ulong)bytes.Length));
        }

        return (long)LibMariaDb.AffectedRows(_handle);
    }

    /// <summary>Begins a transaction.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void Begin() => Execute("START TRANSACTION");

    /// <summary>
    /// Commits. An exception of kind <see cref="DatabaseFailure.ConnectionLost"/> (or of a killed session) leaves unknown
    /// whether it was: another connection has to look.
    /// </summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Commit() => Execute("COMMIT");

    /// <summary>Takes the transaction back; nothing where the connection is lost, for then the server does.</summary>
    /// <exception cref="DatabaseException">The connection is lost now.</exception>
    public void Rollback()
    {
        if (!IsLost)
        {
            Execute("ROLLBACK");
        }
    }

    /// <summary>From now on the answer of each COMMIT says which GTID it has: no round trip more.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void TrackCommits() => Execute("SET SESSION session_track_system_variables = 'last_gtid'");

    /// <summary>The GTID of the last statement, when it was a COMMIT that wrote and commits are tracked; else null.</summary>
    public string? CommittedGtid()
    {
        byte* text = null;
        ulong bytes = 0;
        bool isValue = false;
        for (int end = LibMariaDb.FirstTracked(_handle, LibMariaDb.TrackedVariables, &text, &bytes); end == 0; isValue = !isValue)
        {
            var read = new ReadOnlySpan<byte>(text, (int)bytes);
            if (isValue && !read.IsEmpty)
            {
                return Encoding.ASCII.GetString(read);
            }

            end = LibMariaDb.NextTracked(_handle, LibMariaDb.TrackedVariables, &text, &bytes);
        }

        return null;
    }

    /// <summary>
    /// The first row of a text whose columns differ from version to version: SHOW SLAVE STATUS. Values that are NULL are left out;
    /// nothing where there is no row.
    /// </summary>
    /// <param name="sql">One statement without values.</param>
    /// <param name="only">The columns to read; all when none is named.</param>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public Dictionary<string, string> ReadNamed(string sql, params ReadOnlySpan<string> only)
    {
        Execute(sql);
        nint result = LibMariaDb.StoreResult(_handle);
        if (result == 0)
        {
            throw Failure();
        }

        try
        {
            return FirstRow(result, only);
        }
        finally
        {
            LibMariaDb.FreeStoredResult(result);
        }
    }

    private static Dictionary<string, string> FirstRow(nint result, ReadOnlySpan<string> only)
    {
        Dictionary<string, string> values = [];
        byte** row = LibMariaDb.NextRow(result);
        for (int column = 0; row != null && LibMariaDb.NextField(result) is var field && field != null; column++)
        {
            string name = NativeText.Read(*field);
            if (row[column] != null && (only.IsEmpty || only.Contains(name)))
            {
                values[name] = NativeText.Read(row[column]);
            }
        }

        return values;
    }

    /// <summary>Asks the server whether it is still there.</summary>
    /// <exception cref="DatabaseException">It is not.</exception>
    public void Ping() => Check(LibMariaDb.Ping(_handle));

    public void Dispose()
    {
        foreach ((_, Statement statement) in _lastUsed)
        {
            statement.Dispose();
        }

        _lastUsed.Clear();
        _statements.Clear();
        _handle.Dispose();
    }

    /// <summary>Notes what a failure means for the connection.</summary>
    internal DatabaseException Failed(DatabaseException failure)
    {
        IsLost |= failure.EndsConnection;
        return failure;
    }

    /// <summary>The connection's last error.</summary>
    internal DatabaseException Failure() => Failed(
        new DatabaseException((int)LibMariaDb.ErrorNumber(_handle), new SqlState(NativeText.Read(LibMariaDb.SqlState(_handle))), NativeText.Read(LibMariaDb.ErrorText(_handle))));

    private void SetOptions(ConnectionOptions options)
    {
        Set(ConnectionOption.ConnectTimeout, Seconds(options.ConnectTimeout));
        Set(ConnectionOption.ReadTimeout, Seconds(options.ReadTimeout));
        Set(ConnectionOption.WriteTimeout, Seconds(options.WriteTimeout));
        Set(ConnectionOption.Protocol, options.Socket is null ? 1u : 2u);
        Set(ConnectionOption.LocalFiles, 0u);
        SetFlag(ConnectionOption.Reconnect, false);
        Set(ConnectionOption.CharacterSet, "utf8mb4");
        nuint packet = (nuint)options.MaxPacketBytes;
        LibMariaDb.SetOption(_handle, ConnectionOption.MaxPacketBytes, &packet);
        LibMariaDb.SetAttribute(_handle, ConnectionOption.AddAttribute, "program_name", "forewave");
        if (options.Tls == TlsMode.Off)
        {
            return;
        }

        SetFlag(ConnectionOption.TlsRequired, true);
        SetFlag(ConnectionOption.TlsVerifyServer, options.Tls == TlsMode.Verified);
        Set(ConnectionOption.TlsAuthority, options.AuthorityFile);
        Set(ConnectionOption.TlsCertificate, options.CertificateFile);
        Set(ConnectionOption.TlsKey, options.KeyFile);
    }

    private void Connect(ConnectionOptions options)
    {
        // The library takes the socket only where no host is named.
        string? host = options.Socket is null ? options.Host : null;
        nint connected = LibMariaDb.Connect(
            _handle, host, options.User, options.Password, options.Database, (uint)options.Port, options.Socket, LibMariaDb.ClientFoundRows);
        if (connected == 0)
        {
            throw Failure();
        }

        // A server without TLS is refused by the library; this is the second lock on the same door.
        if (options.Tls != TlsMode.Off && TlsCipher.Length == 0)
        {
            throw new DatabaseException(2026, new SqlState("HY000"), "TLS was demanded, and the connection is not encrypted.");
        }
    }

    private void SetUp(ConnectionOptions options)
    {
        Execute($"{SessionSetup}, lock_wait_timeout = {Seconds(options.TableWait)}");
        uint capabilities = 0;
        LibMariaDb.GetValue(_handle, ConnectionValue.ServerExtendedCapabilities, &capabilities);
        TakesArrays = (capabilities & LibMariaDb.BulkCapability) != 0;
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = Prepare("SELECT @@max_allowed_packet").Query(null, row);
        MaxPacketBytes = reader.Next() ? Math.Min((long)row.Unsigned(0), options.MaxPacketBytes) : options.MaxPacketBytes;
    }

    // Whole seconds are the library's grain; 0 would mean for ever.
    private static uint Seconds(TimeSpan time) => (uint)Math.Max(1, Math.Ceiling(time.TotalSeconds));

    private void Set(ConnectionOption option, uint value) => LibMariaDb.SetOption(_handle, option, &value);

    private void SetFlag(ConnectionOption option, bool value)
    {
        byte flag = value ? (byte)1 : (byte)0;
        LibMariaDb.SetOption(_handle, option, &flag);
    }

    private void Set(ConnectionOption option, string? value)
    {
        if (value is not null)
        {
            LibMariaDb.SetOption(_handle, option, value);
        }
    }

    private void Check(int outcome)
    {
        if (outcome != 0)
        {
            throw Failure();
        }
    }
}
