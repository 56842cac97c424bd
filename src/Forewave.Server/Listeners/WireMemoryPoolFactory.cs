using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Forewave.Server.Listeners;

/// <summary>Gives Kestrel's sockets the large blocks.</summary>
internal sealed class WireMemoryPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new WireMemoryPool();
}
