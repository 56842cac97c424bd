using Forewave.Storage.Files.Pumps;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>A pump of which each step is a turn. It sleeps when a step found nothing, until it is signalled.</summary>
internal sealed class StepPump : IPump
{
    private readonly Lock _gate = new();
    private readonly Turns _turns;
    private readonly Func<bool> _step;
    private bool _isSignalled;
    private bool _isQueued;
    private bool _hasEnded;

    public StepPump(Turns turns, Func<bool> step)
    {
        _turns = turns;
        _step = step;
        Signal();
    }

    public void Signal()
    {
        lock (_gate)
        {
            _isSignalled = true;
            if (_isQueued)
                return;
            _isQueued = true;
        }
        _turns.Queue(Run, nameof(StepPump));
    }

    public void Dispose()
    {
        while (_step())
        {
        }
        _hasEnded = true;
    }

    private void Run()
    {
        if (_hasEnded)
            return;
        lock (_gate)
            _isSignalled = false;
        bool more = _step();
        lock (_gate)
        {
            _isQueued = more || _isSignalled;
            if (!_isQueued)
                return;
        }
        _turns.Queue(Run, nameof(StepPump));
    }
}
