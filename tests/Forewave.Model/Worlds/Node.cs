using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>A broker and its database.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Node
{
    public Broker Broker;
    public Database Database;
}
