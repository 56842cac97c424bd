using System.Runtime.InteropServices;

namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>Stat of zookeeper.jute.h: 80 bytes, laid out as its C compiler does on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeStat
{
    internal long CreatedIn;
    internal long ChangedIn;
    internal long CreatedMilliseconds;
    internal long ChangedMilliseconds;
    internal int Version;
    internal int ChildrenVersion;
    internal int AccessVersion;
    internal long OwnerSession;
    internal int ContentBytes;
    internal int Children;
    internal long ChildrenChangedIn;
}
