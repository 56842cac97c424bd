using System.Runtime.InteropServices;
using Forewave.Protocol.Threads.Interop;

namespace Forewave.Protocol.Threads;

/// <summary>
/// Where one thread sleeps until it is woken: <see cref="Wake"/> from any thread, <see cref="Wait"/> from the one. Wakes are
/// counted, each ends one wait. On Linux a semaphore of the C library: one system call to sleep and one to wake, where the
/// runtime's monitors and events take four and up, and let the woken thread run into the lock of the one that woke it.
/// </summary>
internal sealed class ParkingPlace
{
    private readonly SemaphoreSlim? _portable;

    // Pinned: the semaphore lives in it, as long as anybody can reach this object.
    private readonly byte[] _memory = [];
    private readonly IntPtr _semaphore;

    public ParkingPlace()
    {
        if (!OperatingSystem.IsLinux())
        {
            _portable = new SemaphoreSlim(0);
            return;
        }

        _memory = GC.AllocateArray<byte>(LibC.SemaphoreBytes, pinned: true);
        _semaphore = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        if (LibC.SemaphoreInit(_semaphore, isShared: 0, value: 0) != 0)
        {
            throw new PlatformNotSupportedException("The C library makes no semaphore.");
        }
    }

    /// <summary>Sleeps until a wake that no wait has had yet.</summary>
    public void Wait()
    {
        if (_portable is not null)
        {
            _portable.Wait();
            return;
        }

        while (LibC.SemaphoreWait(_semaphore) != 0)
        {
            // A signal came in between.
        }

        GC.KeepAlive(_memory);
    }

    /// <summary>Ends one wait.</summary>
    public void Wake()
    {
        if (_portable is not null)
        {
            _portable.Release();
            return;
        }

        _ = LibC.SemaphorePost(_semaphore);
        GC.KeepAlive(_memory);
    }
}
