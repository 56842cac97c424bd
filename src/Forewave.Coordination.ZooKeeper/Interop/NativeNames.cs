using System.Runtime.InteropServices;

namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>A String_vector of zookeeper.jute.h: the names of the nodes below one. The library's, for as long as the completion runs.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeNames
{
    internal int Count;
    internal byte** Names;

    /// <summary>Copies them.</summary>
    internal readonly string[] Read()
    {
        string[] names = new string[Count];
        for (int i = 0; i < Count; i++)
            names[i] = Marshal.PtrToStringUTF8((nint)Names[i]) ?? "";
        return names;
    }
}
