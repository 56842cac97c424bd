using Forewave.Protocol;

namespace Forewave.Storage.Files.Reclaim;

/// <summary>Where in a segment a run stands that was carried over.</summary>
/// <param name="First">Position that its first message was published at.</param>
/// <param name="Messages">Messages in it.</param>
/// <param name="Byte">Where its record begins.</param>
internal readonly record struct CarriedPlace(LogPosition First, int Messages, int Byte)
{
    public bool Holds(LogPosition position) => position >= First && position.Bits - First.Bits < (uint)Messages;
}
