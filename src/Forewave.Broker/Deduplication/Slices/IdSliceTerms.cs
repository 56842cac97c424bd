using Forewave.Storage;

namespace Forewave.Broker.Deduplication.Slices;

/// <summary>What a slice will be.</summary>
internal readonly record struct IdSliceTerms
{
    /// <summary>
    /// Bits of the full filter for each id. What a filter says in error costs a page of the disk, and the frame that asked waits for it:
    /// with 16 nearly every frame of new ids did.
    /// </summary>
    public const int FilterBits = 32;

    /// <summary>Its number.</summary>
    public required SliceNumber Number { get; init; }

    /// <summary>The number of its filter.</summary>
    public required SliceNumber FilterNumber { get; init; }

    /// <summary>Ids that it may get at most.</summary>
    public required long MostIds { get; init; }

    /// <summary>How often its filter is folded in memory.</summary>
    public required int Folds { get; init; }

    /// <summary>No id of it is older.</summary>
    public required IdTime Begin { get; init; }

    /// <summary>What it is made of.</summary>
    public required SealRange Seals { get; init; }
}
