using System.Runtime.InteropServices;

namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>
/// The functions of zookeeper.h that are used, all of them asynchronous but for the one that closes. Callbacks come on the library's
/// completion thread, one after the other: they hand over and return.
/// </summary>
internal static unsafe partial class LibZooKeeper
{
    internal const int LogErrors = 1;
    internal const int Persistent = 0;
    internal const int Ephemeral = 1;

    /// <summary>Type of an event that is about the session, not about a node.</summary>
    internal const int SessionEvent = -1;

    private const string Library = ZooKeeperLibrary.ImportName;

    [LibraryImport(Library, EntryPoint = "zoo_set_debug_level")]
    internal static partial void SetLogLevel(int level);

    [LibraryImport(Library, EntryPoint = "zookeeper_init2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial nint Initialize(
        string hosts,
        delegate* unmanaged[Cdecl]<nint, int, int, byte*, void*, void> watcher,
        int receiveTimeoutMilliseconds,
        void* clientId,
        void* context,
        int flags,
        delegate* unmanaged[Cdecl]<byte*, void> log);

    /// <summary>Says goodbye to the server and waits for the library's threads: blocks, and never on a thread of theirs.</summary>
    [LibraryImport(Library, EntryPoint = "zookeeper_close")]
    internal static partial int Close(nint session);

    [LibraryImport(Library, EntryPoint = "zoo_recv_timeout")]
    internal static partial int ReceiveTimeoutMilliseconds(nint session);

    /// <summary>A clientid_t, which begins with the session's number.</summary>
    [LibraryImport(Library, EntryPoint = "zoo_client_id")]
    internal static partial long* ClientId(nint session);

    [LibraryImport(Library, EntryPoint = "zoo_acreate", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Create(
        nint session,
        string path,
        byte* content,
        int contentBytes,
        nint access,
        int mode,
        delegate* unmanaged[Cdecl]<int, byte*, void*, void> completion,
        void* context);

    [LibraryImport(Library, EntryPoint = "zoo_adelete", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Delete(
        nint session, string path, int version, delegate* unmanaged[Cdecl]<int, void*, void> completion, void* context);

    [LibraryImport(Library, EntryPoint = "zoo_awexists", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Exists(
        nint session,
        string path,
        delegate* unmanaged[Cdecl]<nint, int, int, byte*, void*, void> watcher,
        void* watcherContext,
        delegate* unmanaged[Cdecl]<int, NativeStat*, void*, void> completion,
        void* context);

    [LibraryImport(Library, EntryPoint = "zoo_awget", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Get(
        nint session,
        string path,
        delegate* unmanaged[Cdecl]<nint, int, int, byte*, void*, void> watcher,
        void* watcherContext,
        delegate* unmanaged[Cdecl]<int, byte*, int, NativeStat*, void*, void> completion,
        void* context);

    [LibraryImport(Library, EntryPoint = "zoo_awget_children", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Children(
        nint session,
        string path,
        delegate* unmanaged[Cdecl]<nint, int, int, byte*, void*, void> watcher,
        void* watcherContext,
        delegate* unmanaged[Cdecl]<int, NativeNames*, void*, void> completion,
        void* context);

    [LibraryImport(Library, EntryPoint = "zoo_aset", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Set(
        nint session,
        string path,
        byte* content,
        int contentBytes,
        int version,
        delegate* unmanaged[Cdecl]<int, NativeStat*, void*, void> completion,
        void* context);

    [LibraryImport(Library, EntryPoint = "zoo_async", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Sync(
        nint session, string path, delegate* unmanaged[Cdecl]<int, byte*, void*, void> completion, void* context);
}
