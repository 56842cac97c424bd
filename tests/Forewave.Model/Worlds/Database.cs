using System.Runtime.InteropServices;

namespace Forewave.Model.Worlds;

/// <summary>
/// One MariaDB: its rows in the order of its binary log (then of its relay log), each with the epoch that wrote it. A master's are
/// durable; of a slave's those past <see cref="Applied"/> are in its relay log, which a restart of the receiver wipes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Database
{
    public const int MostRows = 8;

    public bool IsUp;
    public bool IsFrozen;

    /// <summary>Names the time since the receiver was started: what was received before may be gone.</summary>
    public byte Run;

    /// <summary>Follows the other database.</summary>
    public bool IsReceiving;

    public byte Length;
    public byte Applied;

    // One byte for each row: epoch in the upper half, message in the lower.
    private ulong _rows;

    public readonly bool Works => IsUp && !IsFrozen;

    public readonly byte this[int index] => (byte)(_rows >> (index * 8));

    public readonly byte LastEpoch => Length == 0 ? (byte)0 : (byte)(this[Length - 1] >> 4);

    public void Append(byte row)
    {
        _rows |= (ulong)row << (Length * 8);
        Length++;
    }

    public void CutTo(int length)
    {
        if (length >= Length)
            return;
        _rows &= length == 0 ? 0 : ulong.MaxValue >> (64 - (length * 8));
        Length = (byte)length;
        Applied = Math.Min(Applied, Length);
    }

    /// <summary>How many rows are the same, from the first on.</summary>
    public readonly int SameAs(Database other)
    {
        int same = 0;
        while (same < Length && same < other.Length && this[same] == other[same])
            same++;
        return same;
    }

    /// <summary>How many of its rows were written under this epoch or an earlier one.</summary>
    public readonly int RowsUpTo(int epoch)
    {
        int rows = 0;
        while (rows < Length && this[rows] >> 4 <= epoch)
            rows++;
        return rows;
    }

    /// <summary>Bit n is set: message n is among the rows.</summary>
    public readonly int Messages
    {
        get
        {
            int messages = 0;
            for (int i = 0; i < Length; i++)
                messages |= 1 << (this[i] & 15);
            return messages;
        }
    }

    public readonly int IndexOf(int message)
    {
        for (int i = 0; i < Length; i++)
        {
            if ((this[i] & 15) == message)
                return i;
        }

        return -1;
    }
}
