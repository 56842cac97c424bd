using System.Diagnostics.CodeAnalysis;

namespace Forewave.Broker.Sessions;

/// <summary>
/// Things that a connection named once and then calls by a small number, from 1. For the read loop alone. A freed number is
/// given again.
/// </summary>
internal sealed class HandleTable<T>
    where T : class
{
    private T?[] _things = [];
    private Stack<uint>? _free;
    private uint _last;

    /// <summary>How many handles are open.</summary>
    public int Count { get; private set; }

    /// <summary>All things that have a handle.</summary>
    public IEnumerable<T> All => _things.OfType<T>();

    /// <summary>The thing with a handle, or null.</summary>
    public T? Find(uint handle) => handle - 1 < (uint)_things.Length ? _things[handle - 1] : null;

    /// <summary>Takes a number that <see cref="Set"/> gives to a thing.</summary>
    public uint Reserve()
    {
        if (_free is { Count: > 0 })
            return _free.Pop();
        if (_last == _things.Length)
            Array.Resize(ref _things, Math.Max(2, 2 * _things.Length));
        return ++_last;
    }

    /// <summary>Gives a reserved number to a thing.</summary>
    public void Set(uint handle, T thing)
    {
        _things[handle - 1] = thing;
        Count++;
    }

    /// <summary>Gives a thing the next number.</summary>
    public uint Add(T thing)
    {
        uint handle = Reserve();
        Set(handle, thing);
        return handle;
    }

    /// <summary>Frees a number.</summary>
    public bool TryRemove(uint handle, [NotNullWhen(true)] out T? thing)
    {
        thing = Find(handle);
        if (thing is null)
            return false;
        _things[handle - 1] = null;
        Count--;
        _free ??= new Stack<uint>();
        _free.Push(handle);
        return true;
    }
}
