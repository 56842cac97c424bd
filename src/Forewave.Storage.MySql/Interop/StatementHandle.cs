using System.Runtime.InteropServices;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Interop;

/// <summary>
/// A MYSQL_STMT of the library. Closing it tells the server, over the connection: that is for the connection's thread. The
/// finalizer only closes what its connection left behind, and then nobody uses the connection.
/// </summary>
internal sealed class StatementHandle : SafeHandle
{
    private const int OutOfMemory = 2008;

    private readonly ConnectionHandle _connection;

    public StatementHandle(ConnectionHandle connection)
        : base(0, ownsHandle: true)
    {
        _connection = connection;
        bool added = false;
        connection.DangerousAddRef(ref added);
        SetHandle(LibMariaDb.InitializeStatement(connection));
        if (IsInvalid)
        {
            connection.DangerousRelease();
            throw new DatabaseException(OutOfMemory, new SqlState("HY001"), "The library has no memory for a statement.");
        }
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibMariaDb.CloseStatement(handle);
        _connection.DangerousRelease();
        return true;
    }
}
