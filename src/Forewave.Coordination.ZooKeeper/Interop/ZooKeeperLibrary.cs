using System.Runtime.InteropServices;
using Forewave.Protocol;

namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>
/// Finds and loads Apache's C client when it is first needed, so that a broker without a cluster runs on a machine without it.
/// Thread-safe. A failure is not remembered: once the library is installed, the next try finds it.
/// </summary>
internal static unsafe class ZooKeeperLibrary
{
    /// <summary>The name that the imports carry; which file it is, is decided here.</summary>
    internal const string ImportName = "zookeeper-mt";

    // The client with threads of its own (mt), of the interface that ZooKeeper 3.4 to 3.9 have.
    private static readonly string[] FileNames = ["libzookeeper_mt.so.2", "libzookeeper_mt.so"];

    private static readonly Lock Gate = new();
    private static nint library;

    /// <summary>The list that lets everyone do everything: what the library exports as ZOO_OPEN_ACL_UNSAFE.</summary>
    internal static nint OpenAccess { get; private set; }

    /// <summary>Loads the library unless it is loaded.</summary>
    /// <exception cref="ForewaveException">NativeLibraryMissing: with the line that installs it.</exception>
    internal static void Require()
    {
        lock (Gate)
        {
            if (library != 0)
                return;
            nint found = Load(FileNames);
            OpenAccess = NativeLibrary.GetExport(found, "ZOO_OPEN_ACL_UNSAFE");
            NativeLibrary.SetDllImportResolver(typeof(ZooKeeperLibrary).Assembly, (name, _, _) => name == ImportName ? found : 0);
            library = found;
            LibZooKeeper.SetLogLevel(LibZooKeeper.LogErrors);
        }
    }

    /// <summary>Loads the first of these that is there.</summary>
    /// <exception cref="ForewaveException">None is.</exception>
    internal static nint Load(ReadOnlySpan<string> fileNames)
    {
        foreach (string name in fileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint found))
                return found;
        }

        throw new ForewaveException(
            ErrorCode.NativeLibraryMissing,
            $"A cluster needs ZooKeeper's C client ({fileNames[0]}), which is not installed. Debian and Ubuntu: apt-get install libzookeeper-mt2");
    }
}
