using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>
/// One producer id and what is known of its sequences. Whoever holds <see cref="Gate"/> owns the sequences: classifying,
/// appending and noting a batch is one step under it, so that two connections with one id cannot both be next in line.
/// </summary>
internal sealed class Producer
{
    private volatile byte[] _name;
    private int _openHandles;
    private ulong _jumpsEnd;

    public Producer(uint number, ProducerId id, byte[] name, SequenceMemory memory)
    {
        Number = number;
        Id = id;
        _name = name;
        Sequences = new SequenceWindow(memory);
        RefusedKeys = new RefusedKeys(memory);
    }

    /// <summary>Guards <see cref="Sequences"/>, the jumps and <see cref="RefusedKeys"/>.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The number that its records carry.</summary>
    public uint Number { get; }

    /// <summary>Its id.</summary>
    public ProducerId Id { get; }

    /// <summary>Its name as UTF-8; the array is never changed.</summary>
    public byte[] Name
    {
        get => _name;
        set => _name = value;
    }

    /// <summary>What became of its last sequences.</summary>
    public SequenceWindow Sequences { get; }

    /// <summary>Ordering keys whose messages are refused for now. Under <see cref="Gate"/>.</summary>
    public RefusedKeys RefusedKeys { get; }

    /// <summary>
    /// It was recovered: refusals are not in the log, and what a relaxed queue answered before the sync may be lost, so
    /// sequences may have been used up after the last one that is known, here and there. Its client sends all that is unanswered
    /// again, in order: what it leaves out had its answer. So for as many sequences as may have been unanswered there are no gaps.
    /// </summary>
    public bool IsRecovered { get; init; }

    /// <summary>Unix time in milliseconds when it was last seen; not kept up to date while it has open handles.</summary>
    public long LastSeen { get; set; }

    /// <summary>Connections that have a handle for it.</summary>
    public int OpenHandles => Volatile.Read(ref _openHandles);

    /// <summary>Whether the sequences before one may be left out. Under <see cref="Gate"/>.</summary>
    public bool MayJumpTo(ulong sequence)
    {
        if (IsRecovered && _jumpsEnd == 0)
            _jumpsEnd = Sequences.Last + Limits.SequenceWindow;
        return sequence <= _jumpsEnd;
    }

    /// <summary>Another connection has a handle for it.</summary>
    public void HandleOpened() => Interlocked.Increment(ref _openHandles);

    /// <summary>A connection with a handle for it ended; from <paramref name="now"/> on (Unix milliseconds) it may be idle.</summary>
    public void HandleClosed(long now)
    {
        LastSeen = now;
        Interlocked.Decrement(ref _openHandles);
    }
}
