using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>Where a day slice of an index begins; a row of MQ_DAY.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="First">The first offset in it.</param>
internal readonly record struct DayStart(DaySlice Slice, long First);
