using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Rows;

/// <summary>Where a row goes.</summary>
/// <param name="Index">The index.</param>
/// <param name="Slice">The day slice; of a lane none.</param>
/// <param name="Offset">The offset.</param>
internal readonly record struct RowPlace(IndexNumber Index, DaySlice Slice, long Offset);
