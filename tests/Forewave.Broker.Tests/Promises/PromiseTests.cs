using System.Collections.Concurrent;
using Forewave.Broker.Tests.Promises.Histories;
using Forewave.Broker.Tests.Promises.Scenarios;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Promises;

[Trait("Suite", "powerloss")]
public sealed class PromiseTests(ITestOutputHelper output)
{
    private const int Seeds = 300;
    private const int NightlySeeds = 100_000;
    private const int MostBroken = 20;
    private const int SeedsToMeetAll = 300;

    private static readonly string[] ToMeet =
    [
        "a dead letter is purged", "a dead letter is taken back", "a decision is lost", "a decision is refused, for the other was taken",
        "a decision is repeated", "a deduplication id is repeated", "a group is deleted", "a group is limited", "a group is paused",
        "a key is resumed", "a message expires", "a message is cancelled", "a message is cancelled too late", "a message is rescheduled",
        "a message of an ordering key comes again", "a message of another priority comes", "a producer is asked", "a queue is deleted",
        "a queue is purged", "a range is replayed", "a redrive goes on in another life", "a reset is done", "a scheduled message comes",
        "a scheduled message of a transaction comes", "a transaction has several queues", "a transaction is committed",
        "a transaction is committed in another life", "a transaction is decided by an operator", "a transaction is lost",
        "a transaction is rolled back", "an expired message is a dead letter",
    ];

    [Fact]
    public async Task Broker_keeps_its_promises_when_power_fails_at_any_moment()
    {
        var run = SeedRun.FromEnvironment(Seeds, NightlySeeds);
        var broken = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => RunAllAsync(run, broken)));

        Assert.True(broken.IsEmpty, string.Join(Environment.NewLine, broken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Scenario_is_the_same_again_when_its_seed_is(int seed)
    {
        var first = new Scenario(seed);
        await first.RunAsync();
        var second = new Scenario(seed);
        await second.RunAsync();

        Assert.Equal(first.History.Events.Select(happened => happened.ToString()), second.History.Events.Select(happened => happened.ToString()));
        Assert.Equal(first.Turns.Given, second.Turns.Given);
    }

    // A rule that nothing is held against keeps nothing.
    [Fact]
    public async Task Scenarios_meet_what_the_rules_are_about()
    {
        var met = new Dictionary<string, int>();
        for (int seed = 1; seed <= SeedsToMeetAll && met.Count < ToMeet.Length; seed++)
        {
            var scenario = new Scenario(seed);
            await scenario.RunAsync();
            var sent = scenario.History.Events.Where(happened => happened.Kind == EventKind.PublishSent).ToLookup(happened => happened.Message);
            foreach (string what in scenario.History.Events.SelectMany(happened => WhatItIs(happened, sent[happened.Message].FirstOrDefault())))
                met[what] = met.GetValueOrDefault(what) + 1;
            foreach (string what in WhatTransactionsAre(scenario.History.Events))
                met[what] = met.GetValueOrDefault(what) + 1;
            foreach (var work in scenario.DeadWorks.Where(work => GoesOnLater(work, scenario.History)))
                met["a redrive goes on in another life"] = met.GetValueOrDefault("a redrive goes on in another life") + 1;
        }

        output.WriteLine(string.Join(Environment.NewLine, met.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.Equal(ToMeet, met.Keys.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> WhatItIs(HistoryEvent happened, HistoryEvent? sent)
    {
        if (happened is { Kind: EventKind.PublishAnswered, IsRepeat: true } && sent is { DeduplicationId.Length: > 0 })
            yield return "a deduplication id is repeated";
        if (happened is { Kind: EventKind.CancelAnswered, Error: ErrorCode.None })
            yield return "a message is cancelled";
        if (happened is { Kind: EventKind.CancelAnswered, Error: ErrorCode.NotScheduled })
            yield return "a message is cancelled too late";
        if (happened is { Kind: EventKind.RescheduleAnswered, Error: ErrorCode.None })
            yield return "a message is rescheduled";
        if (happened is { Kind: EventKind.ResumeAnswered, Error: ErrorCode.None })
            yield return "a key is resumed";
        if (happened is { Kind: EventKind.ResetAnswered, Error: ErrorCode.None })
            yield return "a reset is done";
        if (happened is { Kind: EventKind.ReplayAnswered, Error: ErrorCode.None })
            yield return "a range is replayed";
        if (happened is { Kind: EventKind.PauseAnswered })
            yield return "a group is paused";
        if (happened.Kind == EventKind.DeadPurgeAnswered)
            yield return "a dead letter is purged";
        if (happened.Kind == EventKind.UndoAnswered)
            yield return "a dead letter is taken back";
        if (happened.Kind == EventKind.LimitAnswered && (happened.Rate > 0 || happened.MaxLeased > 0))
            yield return "a group is limited";
        if (happened is { Kind: EventKind.ExpiredCounted, Count: > 0 })
            yield return "a message expires";
        if (happened is { Kind: EventKind.DeadListed, Reason: "expired" })
            yield return "an expired message is a dead letter";
        if (happened.Kind == EventKind.GroupDeleteAnswered)
            yield return "a group is deleted";
        if (happened.Kind == EventKind.DeleteAnswered)
            yield return "a queue is deleted";
        if (happened is { Kind: EventKind.PurgeAnswered })
            yield return "a queue is purged";
        if (happened is { Kind: EventKind.Delivered, Band: > 0 })
            yield return "a message of another priority comes";
        if (happened is { Kind: EventKind.Delivered, Attempt: > 1 } && sent is { OrderingKey.Length: > 0 })
            yield return "a message of an ordering key comes again";
        if (happened.Kind == EventKind.Delivered && sent is { Due: > 0 })
            yield return "a scheduled message comes";
    }

    private static IEnumerable<string> WhatTransactionsAre(IReadOnlyList<HistoryEvent> history)
    {
        var prepared = history.Where(happened => happened.Kind == EventKind.PrepareSent).ToLookup(happened => happened.Transaction);
        var decided = history.Where(happened => happened.Kind == EventKind.DecisionAnswered).ToLookup(happened => happened.Transaction);
        var timed = prepared.SelectMany(messages => messages).Where(message => message.Due > 0).Select(message => message.Message).ToHashSet();
        foreach (var answers in decided)
        {
            var end = answers.FirstOrDefault(answer => answer.Error == ErrorCode.None);
            var messages = prepared[answers.Key];
            if (end is { Commits: true, Count: > 0 })
            {
                yield return "a transaction is committed";
                if (messages.Select(message => message.Group.Queue).Distinct().Count() > 1)
                    yield return "a transaction has several queues";
                if (messages.Any(message => message.Life < end.Life))
                    yield return "a transaction is committed in another life";
            }
            if (end is { Commits: false, Count: > 0 })
                yield return "a transaction is rolled back";
            if (answers.Count(answer => answer.Error == ErrorCode.None) > 1)
                yield return "a decision is repeated";
            if (answers.Any(answer => answer.Error == ErrorCode.TransactionDecided))
                yield return "a decision is refused, for the other was taken";
            if (answers.Any(answer => answer.ConnectedAfter == 0 && answer.Error == ErrorCode.None))
                yield return "a transaction is decided by an operator";
        }
        if (history.Any(happened => happened.Kind == EventKind.DecisionLost))
            yield return "a decision is lost";
        if (history.Any(happened => happened is { Kind: EventKind.DecisionAnswered or EventKind.PrepareRefused, Error: ErrorCode.TransactionNotFound }))
            yield return "a transaction is lost";
        if (history.Any(happened => happened.Kind == EventKind.QuestionCame))
            yield return "a producer is asked";
        if (history.Any(happened => happened.Kind == EventKind.Delivered && timed.Contains(happened.Message)))
            yield return "a scheduled message of a transaction comes";
    }

    private static bool GoesOnLater(DeadWork work, History history) => work.Life > 0 && history.Events.Any(happened =>
        happened is { Kind: EventKind.Delivered, IsRedriven: true } && happened.Life > work.Life && happened.Group == work.Plan.Key
        && work.Offsets.Contains(happened.Offset));

    private async Task RunAllAsync(SeedRun run, ConcurrentQueue<string> broken)
    {
        while (broken.Count < MostBroken && run.TryTake(out int seed))
        {
            var scenario = new Scenario(seed);
            var violations = await scenario.RunAsync();
            if (violations.Count == 0)
            {
                run.Done(seed);
                continue;
            }
            Write(seed, scenario, violations);
            broken.Enqueue($"FOREWAVE_SEED={seed}: {violations[0]}");
        }
    }

    private void Write(int seed, Scenario scenario, IReadOnlyList<Violation> violations)
    {
        output.WriteLine($"FOREWAVE_SEED={seed} replays this.");
        output.WriteLine($"{scenario}");
        foreach (var violation in violations.Take(8))
            output.WriteLine($"{violation}");
        output.WriteLine(scenario.History.About(violations[0]));
    }
}
