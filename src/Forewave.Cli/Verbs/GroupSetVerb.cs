using System.CommandLine;
using System.CommandLine.Parsing;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group set</c>: what is not given stays as it is.</summary>
internal static class GroupSetVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<TagFilter?> Tag = Parsing.TagFilterOption();
    private static readonly Option<TimeSpan?> Visibility = Parsing.OptionalDuration("--visibility").Saying("how long a consumer has a message to itself before it comes again");
    private static readonly Option<long?> Attempts = Parsing.OptionalCount("--max-attempts").Saying("deliveries of a message before it becomes a dead letter");
    private static readonly Option<TimeSpan?> RetryFirst = Parsing.OptionalDuration("--retry-first").Saying("how long after the first failed attempt; doubled after each further one");
    private static readonly Option<TimeSpan?> RetryMax = Parsing.OptionalDuration("--retry-max").Saying("the longest that --retry-first grows to");
    private static readonly Option<IReadOnlyList<TimeSpan>?> RetryDelays = new("--retry-delays")
    {
        Description = "how long after each attempt, the last one repeated: 1s,10s,1m", HelpName = "LIST", CustomParser = static result => DelaysOf(result),
    };
    private static readonly Option<FailurePolicy?> OnFailure = new("--on-failure")
    {
        Description = "what a failing message does to its ordering key: hold, park or skip",
        HelpName = "POLICY",
        CustomParser = static result => Parsing.OneOf<FailurePolicy>(result),
    };
    private static readonly Option<ExpiredPolicy?> OnExpired = new("--on-expired")
    {
        Description = "what becomes of a message that expired: drop or dead-letter",
        HelpName = "POLICY",
        CustomParser = static result => PolicyOf(result),
    };
    private static readonly Option<double?> Rate = GroupLimitOptions.Rate();
    private static readonly Option<int?> Burst = GroupLimitOptions.Burst();
    private static readonly Option<int?> MaxLeased = GroupLimitOptions.MaxLeased();
    private static readonly Option<Toggle?> SingleActive = Parsing.OptionalToggle("--single-active")
        .Saying("one consumer gets everything, the next takes over when it goes: true or false");
    private static readonly Option<bool> Makes = new("--create") { Description = "make the group, reading from the earliest message, if there is none" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("set", "Change a group's settings") 
        {
            Queue, Group, Tag, Visibility, Attempts, RetryFirst, RetryMax, RetryDelays, OnFailure, OnExpired, Rate, Burst, MaxLeased, SingleActive, Makes, Json,
        }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(Attempts) > int.MaxValue)
            throw new UsageException("--max-attempts is too high");
        var (queue, name) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        GroupSettings settings = new()
        {
            TagFilter = parsed.GetValue(Tag),
            VisibilityTimeout = parsed.GetValue(Visibility),
            MaxAttempts = (int?)parsed.GetValue(Attempts),
            Retry = await RetryAsync(() => RetryOfAsync(broker, queue, name, stop), parsed),
            OnFailure = parsed.GetValue(OnFailure),
            OnExpired = parsed.GetValue(OnExpired),
            Rate = parsed.GetValue(Rate),
            Burst = parsed.GetValue(Burst),
            MaxLeased = parsed.GetValue(MaxLeased),
            SingleActive = parsed.GetValue(SingleActive).IsOn(),
        };
        bool makes = parsed.GetValue(Makes);
        if (settings == new GroupSettings() && !makes)
            throw new UsageException("give what is to be set");
        var group = makes
            ? await broker.CreateGroupAsync(queue, name, settings, cancellation: stop)
            : await broker.SetGroupAsync(queue, name, settings, stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, group));
    }

    private static ExpiredPolicy? PolicyOf(ArgumentResult result)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (text is not ("drop" or "dead-letter"))
            result.AddError($"'{text}' is neither drop nor dead-letter");
        return text == "dead-letter" ? ExpiredPolicy.DeadLetter : ExpiredPolicy.Drop;
    }

    // The broker takes the policy as a whole. What is exponential is no list.
    private static async ValueTask<GroupRetry?> RetryAsync(Func<ValueTask<GroupRetry>> present, ParseResult parsed)
    {
        var (first, max) = (parsed.GetValue(RetryFirst), parsed.GetValue(RetryMax));
        if (parsed.GetValue(RetryDelays) is { } delays)
            return first is null && max is null ? new GroupRetry { Delays = delays } : throw new UsageException("give a list of delays, or the first and the greatest one");
        if (first is null && max is null)
            return null;
        var retry = await present();
        return new GroupRetry { FirstDelay = first ?? retry.FirstDelay, MaxDelay = max ?? retry.MaxDelay };
    }

    private static async ValueTask<GroupRetry> RetryOfAsync(BrokerAdministration broker, QueueName queue, GroupName name, CancellationToken stop)
    {
        try
        {
            return (await broker.ShowGroupAsync(queue, name, stop)).Settings.Retry ?? new GroupRetry();
        }
        catch (ForewaveException missing) when (missing.Code == ErrorCode.GroupNotFound)
        {
            // It is made then, or refused.
            return new GroupRetry();
        }
    }

    private static IReadOnlyList<TimeSpan>? DelaysOf(ArgumentResult result)
    {
        List<TimeSpan> delays = [];
        foreach (string text in result.Tokens[0].Value.Split(','))
        {
            if (!DurationText.TryParse(text, out var delay))
            {
                result.AddError(UsageException.Numbered(ErrorCode.FieldInvalid, $"'{text}' is no duration: 500ms, 5s, 30m, 2h or 7d"));
                return null;
            }
            delays.Add(delay);
        }
        return delays;
    }
}
