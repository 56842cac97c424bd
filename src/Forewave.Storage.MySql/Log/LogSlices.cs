using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// The slices of MQ_LOG: ends them for an hour ahead, while the open one is empty, and drops those that nobody needs. For the thread
/// that writes the log, between its transactions; <see cref="Need"/> is for any thread. What is refused is tried again later.
/// <para>
/// Where somebody held the table for longer than that, the open slice has rows, which ending it would copy: then those that nobody
/// needs are deleted first, some at a time, so that what is copied is no more than the last checkpoint lacks.
/// </para>
/// </summary>
internal sealed class LogSlices(LogTable table, TimeProvider time)
{
    /// <summary>Positions of a slice, at least.</summary>
    internal const ulong Positions = 1 << 20;

    /// <summary>Rows of the open slice that are deleted at a time.</summary>
    internal const int DeletedAtOnce = 4_096;

    /// <summary>After a refusal it is tried again so many positions later.</summary>
    internal const ulong RetryPositions = 1 << 14;

    // So many are ended ahead at most: each is a file. Where an hour brings more positions than they have, they are longer.
    private const ulong MostAhead = 64;


    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);

    private readonly List<LogPosition> _ends = [];
    private LogPosition _lookedAt;
    private long _looked;
    private ulong _lookAgainAt;
    private ulong _needed;
    private bool _isEmptying;
    private long _dropped;

    /// <summary>Slices dropped since the opening. Any thread.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Slices that are there. Any thread; a hint.</summary>
    public int Count => _ends.Count + 1;

    /// <summary>Reads which slices there are, and ends the open one ahead of what comes.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void Open(Connection connection, LogPosition tail)
    {
        (_lookedAt, _looked) = (tail, time.GetTimestamp());
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

    /// <summary>Whether there is something to do at this tail: costs a few comparisons.</summary>
    public bool IsDue(LogPosition tail) =>
        _isEmptying || tail.Bits >= _lookAgainAt || (_ends.Count > 0 && _ends[0].Bits <= Volatile.Read(ref _needed));

    /// <summary>Does what is due.</summary>
    /// <exception cref="DatabaseException">The connection is lost, or the server refused what it must not.</exception>
    public void Work(Connection connection, LogPosition tail)
    {
        if (_isEmptying || tail.Bits >= _lookAgainAt)
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
        ulong hour = PositionsOfAnHour(tail);
        ulong length = Math.Max(Positions, hour / MostAhead);
        ulong last = Math.Max(_ends.Count > 0 ? _ends[^1].Bits : 0, tail.Bits);
        // The one that is written now is not ahead.
        ulong wanted = tail.Bits + Math.Max(hour, Positions) + length;
        LogPosition[] next = [.. Enumerable.Range(1, (int)(wanted > last ? (wanted - last) / length : 0)).Select(slice => LogPosition.FromBits(last + ((ulong)slice * length)))];
        _isEmptying = false;
        bool isAhead = next.Length == 0 || (IsOpenFree(connection) && table.TryCut(connection, next));
        if (isAhead)
        {
            _ends.AddRange(next);
            (_lookedAt, _looked) = (tail, time.GetTimestamp());
        }

        _lookAgainAt = isAhead ? tail.Bits + Math.Max(RetryPositions, (_ends[^1].Bits - tail.Bits) / 2) : tail.Bits + RetryPositions;
    }

    // False: there are rows that nobody needs. Which these are is not known before the first checkpoint.
    private bool IsOpenFree(Connection connection)
    {
        ulong needed = Volatile.Read(ref _needed);
        bool hasRows = table.HasOpenRows(connection);
        _isEmptying = hasRows && needed > 0 && table.DeleteOpen(connection, LogPosition.FromBits(needed), DeletedAtOnce) == DeletedAtOnce;
        return !_isEmptying && (!hasRows || needed > 0);
    }

    // As it went since the last look.
    private ulong PositionsOfAnHour(LogPosition tail)
    {
        TimeSpan passed = time.GetElapsedTime(_looked);
        ulong written = tail.Number - _lookedAt.Number;
        return passed <= TimeSpan.Zero ? 0 : (ulong)Math.Min(written * (Ahead / passed), Positions << 10);
    }
}
