using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// The slices of MQ_LOG: ends them ahead of use, while the open one is empty, and drops those that nobody needs. For the thread
/// that writes the log, between its transactions; <see cref="Need"/> is for any thread. What is refused is tried again later.
/// </summary>
internal sealed class LogSlices(LogTable table)
{
    /// <summary>Positions of a slice.</summary>
    internal const ulong Positions = 1 << 20;

    // After a refusal so many positions later.
    private const ulong RetryPositions = 1 << 14;

    private readonly List<LogPosition> _ends = [];
    private ulong _lookAgainAt;
    private ulong _needed;
    private long _dropped;

    /// <summary>Slices dropped since the opening. Any thread.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Slices that are there. Any thread; a hint.</summary>
    public int Count => _ends.Count + 1;

    /// <summary>Reads which slices there are, and ends the open one ahead of what comes.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void Open(Connection connection, LogPosition tail)
    {
        _ends.AddRange(table.Slices(connection));
        KeepAhead(connection, tail);
    }

    /// <summary>What lies before a position is not needed any more.</summary>
    public void Need(LogPosition from)
    {
        if (from.Bits > Volatile.Read(ref _needed))
        {
            Volatile.Write(ref _needed, from.Bits);
        }
    }

    /// <summary>Whether there is something to do at this tail: costs two comparisons.</summary>
    public bool IsDue(LogPosition tail) => tail.Bits >= _lookAgainAt || (_ends.Count > 0 && _ends[0].Bits <= Volatile.Read(ref _needed));

    /// <summary>Does what is due.</summary>
    /// <exception cref="DatabaseException">The connection is lost, or the server refused what it must not.</exception>
    public void Work(Connection connection, LogPosition tail)
    {
        if (tail.Bits >= _lookAgainAt)
        {
            KeepAhead(connection, tail);
        }

        while (_ends.Count > 0 && _ends[0].Bits <= Volatile.Read(ref _needed))
        {
            if (!table.TryDrop(connection, _ends[0]))
            {
                // Whoever holds the table keeps it for a while: not after each group again.
                Volatile.Write(ref _needed, 0);
                return;
            }

            _ends.RemoveAt(0);
            Interlocked.Increment(ref _dropped);
        }
    }

    private void KeepAhead(Connection connection, LogPosition tail)
    {
        LogPosition next = tail.Plus(2 * Positions);
        LogPosition last = _ends.Count > 0 ? _ends[^1] : LogPosition.None;
        bool isAhead = last.Bits > tail.Bits + Positions;
        if (!isAhead && table.TryCut(connection, next))
        {
            _ends.Add(next);
            isAhead = true;
        }

        _lookAgainAt = isAhead ? _ends[^1].Bits - Positions : tail.Bits + RetryPositions;
    }
}
