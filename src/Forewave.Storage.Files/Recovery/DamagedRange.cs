using Forewave.Protocol;

namespace Forewave.Storage.Files.Recovery;

/// <summary>Positions that were synced and cannot be read.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
internal readonly record struct DamagedRange(LogPosition First, LogPosition Last)
{
    public ulong Count => Last.Number >= First.Number ? Last.Number - First.Number + 1 : 1;
}
