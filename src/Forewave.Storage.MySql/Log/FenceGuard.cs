using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Keeps other epochs out while something is dropped: DDL ends its own connection's transaction, so the fence's row is locked by a
/// second connection meanwhile. Whoever takes the partition waits until it is done. Blocks; thread-safe.
/// </summary>
internal sealed class FenceGuard(ConnectionOptions options, Fences fences, FenceRole role, Epoch epoch)
{
    /// <summary>Does something that only the holder of the partition may. Costs a connection.</summary>
    /// <exception cref="StoreException">NotOwner: nothing was done.</exception>
    /// <exception cref="DatabaseException">The server refused, or a connection is lost.</exception>
    public T Run<T>(Func<T> work)
    {
        using Connection guard = Connection.Open(options);
        guard.Begin();
        if (fences.Look(guard, role).Epoch != epoch)
        {
            throw fences.Overtaken(epoch);
        }

        T done = work();
        guard.Rollback();
        return done;
    }
}
