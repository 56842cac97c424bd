namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>All that the clients of a scenario saw, in one order. Thread-safe.</summary>
internal sealed class History(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<HistoryEvent> _events = [];
    private int _life;

    public IReadOnlyList<HistoryEvent> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>Number of the last event.</summary>
    public int Last
    {
        get
        {
            lock (_gate)
                return _events.Count;
        }
    }

    /// <summary>Which start of the broker, from 1.</summary>
    public int Life
    {
        get
        {
            lock (_gate)
                return _life;
        }
    }

    /// <summary>Writes an event down; returns its number.</summary>
    public int Add(HistoryEvent happened)
    {
        lock (_gate)
        {
            if (happened.Kind == EventKind.LifeBegan)
                _life++;
            _events.Add(happened with { Number = _events.Count + 1, Life = _life, Time = time.GetUtcNow() });
            return _events.Count;
        }
    }

    /// <summary>The events that have to do with a violation, the last ones if there are many.</summary>
    public string About(Violation violation, int most = 60)
    {
        var concerned = Events.Where(violation.Concerns).ToList();
        return string.Join(Environment.NewLine, concerned.TakeLast(most));
    }
}
