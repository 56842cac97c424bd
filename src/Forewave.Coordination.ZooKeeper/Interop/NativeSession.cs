using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Forewave.Coordination.ZooKeeper.Interop;

/// <summary>
/// A zhandle_t. Requests are tasks that the library's completion thread completes, to go on elsewhere; events of the session and of
/// watches are handed to who made this. Thread-safe. A request that the library took has exactly one completion, also when
/// the connection is lost or the session closed, so what a request keeps alive is let go there. <see cref="DisposeAsync"/> closes
/// on the thread pool, since the library waits for its own threads; no request may begin after it.
/// </summary>
internal sealed class NativeSession : IAsyncDisposable
{
    private readonly GCHandle _self;
    private readonly Action<NativeState, string?> _onEvent;
    private readonly Lock _gate = new();
    private nint _session;

    /// <param name="hosts">The servers, as <c>host:port,host:port/chroot</c>.</param>
    /// <param name="timeout">How long servers shall keep the session; they bound it.</param>
    /// <param name="onEvent">
    /// Gets each event on the library's thread: the session's state, and the path of the node that changed, null where it was the
    /// session. It must not block nor throw.
    /// </param>
    /// <exception cref="ArgumentException">The library cannot read the list of servers, or has no memory or threads.</exception>
    internal unsafe NativeSession(string hosts, TimeSpan timeout, Action<NativeState, string?> onEvent)
    {
        ZooKeeperLibrary.Require();
        _onEvent = onEvent;
        _self = GCHandle.Alloc(this);
        // Events may come before this returns: they do not use the handle.
        _session = LibZooKeeper.Initialize(
            hosts, &OnEvent, (int)timeout.TotalMilliseconds, null, (void*)GCHandle.ToIntPtr(_self), 0, &OnLog);
        if (_session != 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        _self.Free();
        throw new ArgumentException($"ZooKeeper's client cannot begin with the servers '{hosts}': {Marshal.GetPInvokeErrorMessage(error)}.", nameof(hosts));
    }

    /// <summary>The session's number; 0 before a server gave one.</summary>
    internal unsafe long Number => Use(static session => *LibZooKeeper.ClientId(session));

    /// <summary>How long servers keep the session.</summary>
    internal TimeSpan Timeout => TimeSpan.FromMilliseconds(Use(static session => (long)LibZooKeeper.ReceiveTimeoutMilliseconds(session)));

    internal unsafe Task<Reply> CreateAsync(string path, ReadOnlyMemory<byte> content, bool isEphemeral) =>
        Begin((session, context) =>
        {
            fixed (byte* bytes = content.Span)
            {
                int mode = isEphemeral ? LibZooKeeper.Ephemeral : LibZooKeeper.Persistent;
                return LibZooKeeper.Create(session, path, bytes, content.Length, ZooKeeperLibrary.OpenAccess, mode, &OnText, (void*)context);
            }
        });

    internal unsafe Task<Reply> DeleteAsync(string path, int version) =>
        Begin((session, context) => LibZooKeeper.Delete(session, path, version, &OnDone, (void*)context));

    internal unsafe Task<Reply> SetAsync(string path, ReadOnlyMemory<byte> content, int version) =>
        Begin((session, context) =>
        {
            fixed (byte* bytes = content.Span)
                return LibZooKeeper.Set(session, path, bytes, content.Length, version, &OnStat, (void*)context);
        });

    /// <summary>Reads a node; when <paramref name="isWatched"/>, its next change or end is an event.</summary>
    internal unsafe Task<Reply> GetAsync(string path, bool isWatched) =>
        Begin((session, context) => LibZooKeeper.Get(session, path, isWatched ? &OnEvent : null, Context(isWatched), &OnContent, (void*)context));

    /// <summary>Whether a node is there; when <paramref name="isWatched"/>, its coming, change or end is an event.</summary>
    internal unsafe Task<Reply> ExistsAsync(string path, bool isWatched) =>
        Begin((session, context) => LibZooKeeper.Exists(session, path, isWatched ? &OnEvent : null, Context(isWatched), &OnStat, (void*)context));

    /// <summary>The names of the nodes below one; when <paramref name="isWatched"/>, the next that comes or goes is an event.</summary>
    internal unsafe Task<Reply> ChildrenAsync(string path, bool isWatched) =>
        Begin((session, context) => LibZooKeeper.Children(session, path, isWatched ? &OnEvent : null, Context(isWatched), &OnNames, (void*)context));

    /// <summary>When it is done, reads see all that was done before it began, through whichever server.</summary>
    internal unsafe Task<Reply> SyncAsync(string path) =>
        Begin((session, context) => LibZooKeeper.Sync(session, path, &OnText, (void*)context));

    public async ValueTask DisposeAsync()
    {
        nint session;
        lock (_gate)
        {
            session = _session;
            _session = 0;
        }

        if (session == 0)
            return;
        await Task.Run(() => LibZooKeeper.Close(session));
        // Its threads have ended: no callback can come any more.
        _self.Free();
    }

    private unsafe void* Context(bool isWatched) => isWatched ? (void*)GCHandle.ToIntPtr(_self) : null;

    private Task<Reply> Begin(Func<nint, nint, int> begin)
    {
        var reply = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        GCHandle context = GCHandle.Alloc(reply);
        ReturnCode code = (ReturnCode)Use(session => begin(session, GCHandle.ToIntPtr(context)), (int)ReturnCode.Closing);
        if (code != ReturnCode.Ok)
        {
            // What was not taken has no completion.
            context.Free();
            reply.SetResult(new Reply(code, [], 0, 0));
        }

        return reply.Task;
    }

    // The handle stays valid meanwhile: who closes waits.
    private T Use<T>(Func<nint, T> use, T closed = default!)
    {
        lock (_gate)
            return _session == 0 ? closed : use(_session);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnEvent(nint session, int type, int state, byte* path, void* context) =>
        ((NativeSession)GCHandle.FromIntPtr((nint)context).Target!)._onEvent(
            (NativeState)state, type == LibZooKeeper.SessionEvent ? null : Marshal.PtrToStringUTF8((nint)path));

    // The library writes lines where to connect fails; states and codes say the same.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnLog(byte* line)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnDone(int code, void* context) => Complete(context, new Reply((ReturnCode)code, [], 0, 0));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnText(int code, byte* text, void* context) => Complete(context, new Reply((ReturnCode)code, [], 0, 0));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnStat(int code, NativeStat* stat, void* context) =>
        Complete(context, code == 0 ? new Reply(ReturnCode.Ok, [], stat->Version, stat->OwnerSession) : new Reply((ReturnCode)code, [], 0, 0));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnContent(int code, byte* content, int contentBytes, NativeStat* stat, void* context) =>
        Complete(context, code == 0
            ? new Reply(ReturnCode.Ok, contentBytes > 0 ? new ReadOnlySpan<byte>(content, contentBytes).ToArray() : [], stat->Version, stat->OwnerSession)
            : new Reply((ReturnCode)code, [], 0, 0));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnNames(int code, NativeNames* names, void* context) =>
        Complete(context, new Reply((ReturnCode)code, [], 0, 0) { Names = code == 0 ? names->Read() : [] });

    private static unsafe void Complete(void* context, Reply reply)
    {
        GCHandle handle = GCHandle.FromIntPtr((nint)context);
        var waiting = (TaskCompletionSource<Reply>)handle.Target!;
        handle.Free();
        waiting.SetResult(reply);
    }
}
