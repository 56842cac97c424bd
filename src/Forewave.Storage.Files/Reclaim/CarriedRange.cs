using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>The positions between which everything lies that was carried over into a segment. Immutable.</summary>
/// <param name="First">The lowest.</param>
/// <param name="End">The one after the highest.</param>
internal sealed record CarriedRange(LogPosition First, LogPosition End)
{
    /// <summary>Of a segment into which nothing was carried.</summary>
    public static CarriedRange None { get; } = new(LogPosition.None, LogPosition.None);

    public bool Holds(LogPosition position) => position >= First && position < End;
}
