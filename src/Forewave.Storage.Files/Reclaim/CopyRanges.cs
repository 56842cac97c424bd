using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>The positions of messages that stand in a segment and were published elsewhere. Immutable.</summary>
/// <param name="Carried">Of what was carried over into it.</param>
/// <param name="Released">Of what came out of a lane there.</param>
internal sealed record CopyRanges(CarriedRange Carried, CarriedRange Released)
{
    public bool MayHold(LogPosition position) => Carried.Holds(position) || Released.Holds(position);
}
