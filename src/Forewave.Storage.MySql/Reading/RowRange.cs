using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Reading;

/// <summary>Rows of one index in one slice.</summary>
internal readonly record struct RowRange
{
    /// <summary>The slice; of a lane none.</summary>
    public DaySlice Slice { get; init; }

    /// <summary>The first offset.</summary>
    public required long From { get; init; }

    /// <summary>The offset after the last one.</summary>
    public required long End { get; init; }

    /// <summary>How many at most.</summary>
    public long Limit { get; init; }
}
