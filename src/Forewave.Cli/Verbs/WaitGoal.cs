namespace Forewave.Cli.Verbs;

/// <summary>What <c>--wait</c> waits for.</summary>
internal enum WaitGoal
{
    /// <summary>It was handed out.</summary>
    Delivered,

    /// <summary>The group acked it.</summary>
    Settled,

    /// <summary>It is a dead letter.</summary>
    Dead,
}
