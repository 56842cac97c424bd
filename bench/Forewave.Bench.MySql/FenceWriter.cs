using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Bench.MySql;

/// <summary>Moves a role's row on by one with each transaction. For one thread.</summary>
internal sealed class FenceWriter(Fences fences, Epoch epoch)
{
    private ulong _position;

    public void Move(Connection connection, FenceRole role) => fences.Move(connection, role, new FencePlace(epoch, ++_position));
}
