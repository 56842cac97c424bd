using System.Runtime.InteropServices;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// The functions of MariaDB Connector/C 3.x that the store needs. 64-bit Linux: <c>unsigned long</c> has 64 bits and
/// <c>my_bool</c> is one byte. Nothing here takes a variadic argument. All of them block; a connection and its statements are
/// for one thread at a time. Call <see cref="MariaDbLibrary.Require"/> before the first.
/// </summary>
internal static unsafe partial class LibMariaDb
{
    /// <summary>What <see cref="Fetch"/> returns when there is no further row.</summary>
    internal const int NoMoreRows = 100;

    /// <summary>What <see cref="Fetch"/> returns when a column did not fit its buffer.</summary>
    internal const int Truncated = 101;

    /// <summary>UPDATE answers how many rows matched, not how many changed.</summary>
    internal const ulong ClientFoundRows = 2;

    /// <summary>Attribute of a statement: how many rows the bound arrays have; 0 for single values.</summary>
    internal const int AttributeArraySize = 201;

    /// <summary>Bit of <see cref="ConnectionValue.ServerExtendedCapabilities"/>: the server takes arrays of parameters.</summary>
    internal const uint BulkCapability = 1 << 2;

    /// <summary>Kind of what a session tracks: system variables, a name and then its value.</summary>
    internal const int TrackedVariables = 0;

    private const string Library = MariaDbLibrary.ImportName;

    [LibraryImport(Library, EntryPoint = "mysql_server_init")]
    internal static partial int InitializeLibrary(int argumentCount, byte** arguments, byte** groups);

    [LibraryImport(Library, EntryPoint = "mysql_init")]
    internal static partial nint Initialize(nint reuse);

    [LibraryImport(Library, EntryPoint = "mysql_options")]
    internal static partial int SetOption(ConnectionHandle connection, ConnectionOption option, void* value);

    [LibraryImport(Library, EntryPoint = "mysql_options", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetOption(ConnectionHandle connection, ConnectionOption option, string? value);

    [LibraryImport(Library, EntryPoint = "mysql_options4", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetAttribute(ConnectionHandle connection, ConnectionOption option, string name, string value);

    [LibraryImport(Library, EntryPoint = "mysql_real_connect", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint Connect(
        ConnectionHandle connection, string? host, string? user, string? password, string? database, uint port, string? socket, ulong flags);

    [LibraryImport(Library, EntryPoint = "mysql_close")]
    internal static partial void Close(nint connection);

    [LibraryImport(Library, EntryPoint = "mysql_ping")]
    internal static partial int Ping(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_real_query")]
    internal static partial int Query(ConnectionHandle connection, byte* sql, ulong sqlBytes);

    [LibraryImport(Library, EntryPoint = "mysql_field_count")]
    internal static partial uint FieldCount(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_affected_rows")]
    internal static partial ulong AffectedRows(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_errno")]
    internal static partial uint ErrorNumber(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_error")]
    internal static partial byte* ErrorText(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_sqlstate")]
    internal static partial byte* SqlState(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_thread_id")]
    internal static partial ulong ThreadId(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_get_server_info")]
    internal static partial byte* ServerVersion(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_get_ssl_cipher")]
    internal static partial byte* TlsCipher(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mariadb_get_info")]
    internal static partial byte GetValue(ConnectionHandle connection, ConnectionValue value, void* into);

    /// <summary>What the last statement changed in the session, one text after the other; 0 while there is one.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_session_track_get_first")]
    internal static partial int FirstTracked(ConnectionHandle connection, int type, byte** text, ulong* textBytes);

    /// <summary>The next text; 0 while there is one.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_session_track_get_next")]
    internal static partial int NextTracked(ConnectionHandle connection, int type, byte** text, ulong* textBytes);

    /// <summary>Takes the whole result of a text; to be freed.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_store_result")]
    internal static partial nint StoreResult(ConnectionHandle connection);

    /// <summary>The next column's description, which begins with a pointer to its name; null after the last.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_fetch_field")]
    internal static partial byte** NextField(nint result);

    /// <summary>The next row: pointers to its values as text, null for NULL; null after the last row.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_fetch_row")]
    internal static partial byte** NextRow(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_free_result")]
    internal static partial void FreeStoredResult(nint result);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_init")]
    internal static partial nint InitializeStatement(ConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_close")]
    internal static partial byte CloseStatement(nint statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_prepare")]
    internal static partial int Prepare(StatementHandle statement, byte* sql, ulong sqlBytes);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_param_count")]
    internal static partial ulong ParameterCount(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_field_count")]
    internal static partial uint FieldCount(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_attr_set")]
    internal static partial byte SetAttribute(StatementHandle statement, int attribute, void* value);

    /// <summary>Copies the structures; the memory that they point to must stay until the statement was executed.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_stmt_bind_param")]
    internal static partial byte BindParameters(StatementHandle statement, NativeBind* binds);

    /// <summary>Copies the structures; the memory that they point to must stay until the last row was read.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_stmt_bind_result")]
    internal static partial byte BindResult(StatementHandle statement, NativeBind* binds);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_execute")]
    internal static partial int Execute(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_fetch")]
    internal static partial int Fetch(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_fetch_column")]
    internal static partial int FetchColumn(StatementHandle statement, NativeBind* bind, uint column, ulong offset);

    /// <summary>Reads and drops the rows that were not fetched.</summary>
    [LibraryImport(Library, EntryPoint = "mysql_stmt_free_result")]
    internal static partial byte FreeResult(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_affected_rows")]
    internal static partial ulong AffectedRows(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_errno")]
    internal static partial uint ErrorNumber(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_error")]
    internal static partial byte* ErrorText(StatementHandle statement);

    [LibraryImport(Library, EntryPoint = "mysql_stmt_sqlstate")]
    internal static partial byte* SqlState(StatementHandle statement);
}
