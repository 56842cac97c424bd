using Forewave.Coordination;

namespace Forewave.Broker.Tests.Coordination.Members;

/// <summary>A versioned set on its way.</summary>
internal sealed class PendingSet(GroupRecord wanted, int? version)
{
    public GroupRecord Wanted { get; } = wanted;

    /// <summary>The version that it names.</summary>
    public int? Version { get; set; } = version;

    /// <summary>Null: not decided yet.</summary>
    public bool? IsDone { get; set; }

    public TaskCompletionSource<SetResult> Reply { get; } = new();
}
