namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>
/// Holds a whole history against the promises. Knows nothing of how the broker works: only what clients sent, what they were
/// answered and what was delivered to them. An answer counts from when it was read; what crossed it on another connection is
/// taken in the broker's favour, so that a violation is one.
/// </summary>
internal static class HistoryChecker
{
    /// <summary>Everything that was broken, in the order in which it shows.</summary>
    /// <param name="history">Events in order.</param>
    /// <param name="isDrained">The history ends with every group drained: what is missing then is lost.</param>
    public static IReadOnlyList<Violation> Check(IReadOnlyList<HistoryEvent> history, bool isDrained = true)
    {
        var log = new ViolationLog();
        var sent = new SentMessages();
        var transactions = new TransactionRules(log, sent);
        var ids = new IdRules(log, sent);
        var publishes = new PublishRules(log, sent, ids);
        var queues = new QueueRules(log, sent);
        var groups = new GroupRules(log, sent);
        var schedules = new ScheduleRules(log, sent);
        var priorities = new PriorityRules(log, sent);
        var purges = new PurgeRules(log);
        var expiries = new ExpiryRules(log, sent);
        var limits = new LimitRules(log);
        // What was prepared is a publish when its commit is asked for, and has its receipt when that is answered.
        foreach (var happened in history.SelectMany(told => transactions.Apply(told).Prepend(told)))
        {
            schedules.Foresee(happened);
            sent.Apply(happened);
            ids.Apply(happened);
            publishes.Apply(happened);
            queues.Apply(happened);
            groups.Apply(happened);
            schedules.Apply(happened);
            priorities.Apply(happened);
            purges.Apply(happened);
            expiries.Apply(happened);
            limits.Apply(happened);
        }
        if (isDrained)
        {
            queues.Finish();
            publishes.Finish(queues);
            groups.Finish(queues);
            schedules.Finish();
            transactions.Finish();
        }
        return log.Found;
    }
}
