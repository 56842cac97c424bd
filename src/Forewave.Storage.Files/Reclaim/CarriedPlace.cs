using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Where in a segment a run stands that was carried over.</summary>
/// <param name="First">Position that its first message was published at.</param>
/// <param name="Messages">Messages in it.</param>
internal readonly record struct CarriedPlace(LogPosition First, int Messages)
{
    /// <summary>Where its record begins.</summary>
    public required int Byte { get; init; }

    public bool Holds(LogPosition position) => position >= First && position.Bits - First.Bits < (uint)Messages;
}
