using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>Bytes of the log that a block is to gather.</summary>
internal readonly record struct BlockClaim
{
    /// <summary>The segment.</summary>
    public required Segment Segment { get; init; }

    /// <summary>The byte of it at which the block begins.</summary>
    public required int StartByte { get; init; }

    /// <summary>Room that is needed at once.</summary>
    public required int MinBytes { get; init; }
}
