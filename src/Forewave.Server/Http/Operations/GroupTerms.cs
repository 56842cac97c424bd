using Forewave.Client.Administration;
using Forewave.Server.Http.Requests;

namespace Forewave.Server.Http.Operations;

/// <summary>Reads what requests say of a group, in the words in which groups are shown.</summary>
internal static class GroupTerms
{
    private static readonly Dictionary<string, FailurePolicy> OnFailure = new()
    {
        ["hold"] = FailurePolicy.Hold, ["park"] = FailurePolicy.Park, ["skip"] = FailurePolicy.Skip,
    };

    private static readonly Dictionary<string, ExpiredPolicy> OnExpired = new() { ["drop"] = ExpiredPolicy.Drop, ["dead-letter"] = ExpiredPolicy.DeadLetter };

    /// <summary>The settings, but for the retries.</summary>
    public static GroupSettings Settings(BodyFields body) => new()
    {
        TagFilter = body.Text("tagFilter") is { } filter ? FieldText.Tags(filter) : null,
        VisibilityTimeout = body.Duration("visibilityTimeout"),
        MaxAttempts = body.Whole("maxAttempts"),
        OnFailure = body.OneOf("onFailure", OnFailure),
        OnExpired = body.OneOf("onExpired", OnExpired),
        Paused = body.Flag("paused"),
        Rate = body.Rate("rate"),
        Burst = body.Whole("burst"),
        MaxLeased = body.Whole("maxLeased"),
        SingleActive = body.Flag("singleActive"),
    };

    /// <summary>The retries.</summary>
    public static RetryTerms Retry(BodyFields body) => new()
    {
        First = body.Duration("retryFirst"),
        Longest = body.Duration("retryMax"),
        Delays = body.Texts("retryDelays") is { } delays ? [.. delays.Select(text => FieldText.Duration("retryDelays", text))] : null,
    };

    /// <summary>The range of a replay.</summary>
    public static ReplayRange Range(BodyFields body)
    {
        var from = FieldText.Place("from", body.Text("from") ?? throw FieldText.Wrong("from", "there"));
        var to = FieldText.Place("to", body.Text("to") ?? "latest");
        if (from.IsLatest)
            throw FieldText.Wrong("from", "earliest, a time or an offset");
        if (to == ResetTarget.Earliest)
            throw FieldText.Wrong("to", "latest, a time or an offset");
        return new ReplayRange { FromTime = from.Time, FromOffset = from.Offset, ToTime = to.Time, ToOffset = to.Offset, Rate = body.Rate("rate") ?? 0 };
    }
}
