using System.Runtime.InteropServices;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Interop;

/// <summary>A MYSQL of the library. Each statement holds a reference, so that it is closed after the last of them.</summary>
internal sealed class ConnectionHandle : SafeHandle
{
    private const int OutOfMemory = 2008;

    public ConnectionHandle()
        : base(0, ownsHandle: true)
    {
        SetHandle(LibMariaDb.Initialize(0));
        if (IsInvalid)
        {
            throw new DatabaseException(OutOfMemory, new SqlState("HY001"), "The library has no memory for a connection.");
        }
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibMariaDb.Close(handle);
        return true;
    }
}
