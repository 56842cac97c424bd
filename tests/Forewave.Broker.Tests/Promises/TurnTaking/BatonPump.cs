using Forewave.Broker.Tests.Promises.Plants;
using Forewave.Storage.Files.Pumps;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>
/// A pump with a thread of its own that runs only while the scenario's thread waits for it: in the pump's turns. A step may take
/// several turns: <see cref="Pause"/> ends one in the middle of it. Whoever pauses must not hold a lock.
/// </summary>
internal sealed class BatonPump : IPump
{
    [ThreadStatic]
    private static BatonPump? _current;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _back = new(0);
    private readonly Turns _turns;
    private readonly Func<bool> _step;
    private readonly Thread _thread;
    private bool _isSignalled;
    private bool _isQueued;
    private bool _isPaused;
    private bool _hasFoundWork;
    private bool _isEnding;
    private bool _hasEnded;

    public BatonPump(Turns turns, string name, Func<bool> step)
    {
        _turns = turns;
        _step = step;
        _thread = new Thread(Live) { Name = name, IsBackground = true };
        _thread.Start();
        Signal();
    }

    /// <summary>Ends the turn where it is called by a pump's step; goes on in a later one.</summary>
    public static void Pause() => _current?.PauseHere();

    public void Signal()
    {
        lock (_gate)
        {
            _isSignalled = true;
            if (_isQueued)
                return;
            _isQueued = true;
        }
        _turns.Queue(Turn, nameof(BatonPump));
    }

    public void Dispose()
    {
        do
            Run();
        while (_isPaused || _hasFoundWork);
        _isEnding = true;
        _hasEnded = true;
        _go.Release();
        _thread.Join();
        _go.Dispose();
        _back.Dispose();
    }

    private void Turn()
    {
        if (_hasEnded)
            return;
        lock (_gate)
            _isSignalled = false;
        Run();
        lock (_gate)
        {
            _isQueued = _isPaused || _hasFoundWork || _isSignalled;
            if (!_isQueued)
                return;
        }
        _turns.Queue(Turn, nameof(BatonPump));
    }

    private void Run()
    {
        _go.Release();
        _back.Wait();
    }

    private void PauseHere()
    {
        _isPaused = true;
        _back.Release();
        _go.Wait();
        _isPaused = false;
        if (_isEnding)
            throw new LifeEndedException();
    }

    private void Live()
    {
        _current = this;
        while (true)
        {
            _go.Wait();
            if (_isEnding)
                return;
            _hasFoundWork = _step();
            _back.Release();
        }
    }
}
