using System.Net;

namespace Forewave.Client.Connections;

/// <summary>The addresses that a link tries in turn; names are resolved anew at each try. Thread-safe.</summary>
internal sealed class BrokerPlaces(IReadOnlyList<EndPoint> first)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<EndPoint> _places = first;
    private int _next;

    /// <summary>How many.</summary>
    public int Count => Volatile.Read(ref _places).Count;

    /// <summary>The one whose turn it is; null: none is known yet.</summary>
    public EndPoint? Current
    {
        get
        {
            lock (_lock)
            {
                return _places.Count == 0 ? null : _places[_next % _places.Count];
            }
        }
    }

    /// <summary>It is the first one's turn: that of the master, where its route is known.</summary>
    public bool IsFirst
    {
        get
        {
            lock (_lock)
            {
                return _places.Count > 0 && _next % _places.Count == 0;
            }
        }
    }

    /// <summary>The next one's turn: this one did not do.</summary>
    public void Advance()
    {
        lock (_lock)
        {
            _next++;
        }
    }

    /// <summary>Other addresses from now on, the first of them first; false: they are the same as before.</summary>
    public bool Set(IReadOnlyList<EndPoint> places)
    {
        lock (_lock)
        {
            if (_places.SequenceEqual(places))
            {
                return false;
            }

            (_places, _next) = (places, 0);
            return true;
        }
    }
}
