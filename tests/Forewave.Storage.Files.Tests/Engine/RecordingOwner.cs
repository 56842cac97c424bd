using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Keeps what it was told.</summary>
internal sealed class RecordingOwner : ICommitOwner
{
    public List<(LogPosition First, long Token)> Commits { get; } = [];

    public List<(StoreException Failure, long Token)> Losses { get; } = [];

    void ICommitOwner.Committed(LogPosition first, long token) => Commits.Add((first, token));

    void ICommitOwner.Lost(StoreException failure, long token) => Losses.Add((failure, token));
}
