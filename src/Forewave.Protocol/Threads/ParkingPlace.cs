using System.Runtime.InteropServices;
using Forewave.Protocol.Threads.Interop;

namespace Forewave.Protocol.Threads;

/// <summary>
/// Where one thread sleeps until it is woken: <see cref="Wake"/> from any thread, <see cref="Park"/> from the one. Wakes are
/// counted, each ends one wait. On Linux a semaphore of the C library: one system call to sleep and one to wake, where the
/// runtime's monitors and events take four and up, and let the woken thread run into the lock of the one that woke it.
/// </summary>
internal sealed class ParkingPlace
{
    // Where there is no other: outside of Linux.
    private readonly SemaphoreSlim _portable = new(0);

    // Pinned: the semaphore lives in it, as long as anybody can reach this object.
    private readonly byte[] _memory = [];
    private readonly IntPtr _semaphore;

    public ParkingPlace()
    {
        if (!OperatingSystem.IsLinux())
        {
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
    public void Park()
    {
        if (_semaphore == IntPtr.Zero)
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
        if (_semaphore == IntPtr.Zero)
        {
            _portable.Release();
            return;
        }

        _ = LibC.SemaphorePost(_semaphore);
        GC.KeepAlive(_memory);
    }
}
