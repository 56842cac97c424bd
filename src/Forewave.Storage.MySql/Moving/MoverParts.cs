using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>What the mover works with.</summary>
internal sealed record MoverParts
{
    public required ConnectionOptions Options { get; init; }

    public required SchemaNames Names { get; init; }

    public required Fences Fences { get; init; }

    /// <summary>Under which it writes.</summary>
    public required Epoch Epoch { get; init; }

    public required MessageIndexes Indexes { get; init; }

    public required RecordSource Records { get; init; }

    public required TableSet Tables { get; init; }

    public required DayRows Days { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Told when messages cannot be moved, and when they can again.</summary>
    public required Action<string> Told { get; init; }

    /// <summary>Stops the store.</summary>
    public required Action<StoreException> Fail { get; init; }
}
