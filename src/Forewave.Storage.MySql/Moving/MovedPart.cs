using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>What one transaction of the mover takes of one index.</summary>
/// <param name="Index">The index.</param>
/// <param name="Table">Where its rows go.</param>
/// <param name="Slice">Into which slice; of a lane none.</param>
/// <param name="Insert">The insert into its table.</param>
/// <param name="Runs">The runs, in offset order.</param>
internal readonly record struct MovedPart(MessageIndex Index, SlicedTable Table, DaySlice Slice, RowInsert Insert, IndexedRun[] Runs)
{
    /// <summary>The shape of its rows.</summary>
    public RowShape Shape => RowShape.Of(Index.Kind);

    /// <summary>The offset after its last message.</summary>
    public long End => Runs[^1].End;

    /// <summary>The row of MQ_DAY that it begins; null: its slice has rows of the index already, or is a lane.</summary>
    public DayStart? Begun => Index.Kind == IndexKind.Lane || Index.NewestDay == Slice ? null : new DayStart(Slice, Math.Max(Index.MovedEnd, Runs[0].First));
}
