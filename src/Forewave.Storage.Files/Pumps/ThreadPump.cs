using Forewave.Protocol.Threads;

namespace Forewave.Storage.Files.Pumps;

/// <summary>
/// A dedicated thread that runs a step until it finds no work, spins for a moment, then parks until it is signalled.
/// Disposing lets it finish the work that is there and joins it. A step that throws ends the process: it is a bug.
/// </summary>
internal sealed class ThreadPump : IPump
{
    // A spin of a few microseconds catches the next append of a busy log without a trip through the kernel.
    private const int Spins = 20;

    private readonly Func<bool> _step;
    private readonly Thread _thread;
    private readonly ParkingPlace _place = new();
    private int _isParked;
    private volatile bool _isEnding;

    public ThreadPump(string name, Func<bool> step)
    {
        _step = step;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Signal()
    {
        // The work was made visible before this reads the flag; the thread sets the flag before it looks for work.
        Interlocked.MemoryBarrier();
        if (_isParked != 0 && Interlocked.Exchange(ref _isParked, 0) != 0)
        {
            _place.Wake();
        }
    }

    public void Dispose()
    {
        _isEnding = true;
        _place.Wake();
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        while (true)
        {
            if (_step() || SpinForWork())
            {
                continue;
            }

            Interlocked.Exchange(ref _isParked, 1);
            if (_step())
            {
                // Who took the flag wakes, now or in a moment: that wake must not end a later wait.
                if (Interlocked.Exchange(ref _isParked, 0) == 0)
                {
                    _place.Park();
                }

                continue;
            }

            if (_isEnding)
            {
                return;
            }

            _place.Park();
        }
    }

    private bool SpinForWork()
    {
        for (int i = 0; i < Spins && !_isEnding; i++)
        {
            Thread.SpinWait(8);
            if (_step())
            {
                return true;
            }
        }

        return false;
    }
}
