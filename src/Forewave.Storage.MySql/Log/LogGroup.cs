using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Log;

/// <summary>Records that are committed together: the rows of one transaction. Reused; for one thread at a time.</summary>
internal sealed class LogGroup
{
    /// <summary>The rows, in the order of MQ_LOG's columns.</summary>
    public ParameterRows Rows { get; } = new(
        ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Time, ColumnType.Unsigned, ColumnType.Unsigned,
        ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes);

    /// <summary>Last position of the group.</summary>
    public LogPosition Through { get; private set; }

    /// <summary>Adds a record; the payload is copied. Positions ascend.</summary>
    public void Add(in RecordHeader header, ReadOnlySpan<byte> payload)
    {
        Rows.AddRow();
        Rows.Set(0, header.Position.Bits);
        Rows.Set(1, (ulong)header.Type);
        Rows.Set(2, (ulong)header.Count);
        Rows.Set(3, header.Time);
        Rows.Set(4, (ulong)header.Queue);
        Rows.Set(5, (ulong)header.Source);
        Rows.Set(6, header.Sequence);
        Rows.Set(7, header.Extra);
        Rows.Set(8, payload);
        Through = header.Position.Plus((ulong)header.Count - 1);
    }

    /// <summary>Empties it, for the next group.</summary>
    public void Clear() => Rows.Clear();
}
