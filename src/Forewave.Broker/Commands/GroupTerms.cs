using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Pacing;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Commands;

/// <summary>The fields of requests about groups that have rules, checked. Stateless.</summary>
internal static class GroupTerms
{
    /// <summary>What a request wants changed.</summary>
    /// <exception cref="RefusedException">A field breaks its rule.</exception>
    public static GroupChange ChangeOf(V1.SetGroup request)
    {
        var options = request.Options ?? new V1.GroupOptions();
        if (options.HasBurst && options.Burst > int.MaxValue || options.HasMaxLeased && options.MaxLeased > int.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "burst and max_leased are up to 1,000,000.");
        if (options.HasMaxAttempts && options.MaxAttempts > int.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, "max_attempts is 1 to 1,000.");
        if (!Offset.TryFrom(request.StartOffset, out var start))
            throw new RefusedException(ErrorCode.FieldInvalid, "start_offset is beyond 2^63.");
        return new GroupChange
        {
            Filter = options.HasTagFilter ? SubscribeTerms.FilterOf(options.TagFilter) ?? TagFilter.All : null,
            VisibilityTimeout = options.HasVisibilityTimeout ? TimeSpan.FromMilliseconds(options.VisibilityTimeout) : null,
            MaxAttempts = options.HasMaxAttempts ? (int)options.MaxAttempts : null,
            Retry = options.Retry is null ? null : RetryOf(options.Retry),
            OnFailure = options.HasOnFailure ? PolicyOf(options.OnFailure) : null,
            OnExpired = options.HasOnExpired ? PolicyOf(options.OnExpired) : null,
            IsPaused = options.HasPaused ? options.Paused : null,
            Rate = options.HasRate ? options.Rate : null,
            Burst = options.HasBurst ? (int)options.Burst : null,
            MaxLeased = options.HasMaxLeased ? (int)options.MaxLeased : null,
            SingleActive = options.HasSingleActive ? options.SingleActive : null,
            Create = request.Create,
            Start = start == Offset.BeforeFirst ? StartPoint.Earliest : StartPoint.AtOffset(start),
        };
    }

    /// <summary>Some of the options need the control of groups.</summary>
    public static bool UsesControl(V1.GroupOptions? options) => options is not null
        && (options.HasPaused || options.HasRate || options.HasBurst || options.HasMaxLeased || options.HasSingleActive);

    /// <summary>Where a group is to begin anew.</summary>
    /// <exception cref="RefusedException">A field breaks its rule.</exception>
    public static StartPoint TargetOf(V1.ResetGroup request) => request.ToCase switch
    {
        V1.ResetGroup.ToOneofCase.Earliest => StartPoint.Earliest,
        V1.ResetGroup.ToOneofCase.Latest => StartPoint.Latest,
        V1.ResetGroup.ToOneofCase.Time when request.Time <= long.MaxValue => StartPoint.AtTime(new Timestamp((long)request.Time)),
        V1.ResetGroup.ToOneofCase.Offset when request.Offset > 0 && Offset.TryFrom(request.Offset, out var offset) => StartPoint.AtOffset(offset),
        _ => throw new RefusedException(ErrorCode.FieldInvalid, "A reset names earliest, latest, a time or an offset from 1."),
    };

    /// <summary>Which messages are to come once more.</summary>
    /// <exception cref="RefusedException">A field breaks its rule.</exception>
    public static ReplayRequest RangeOf(V1.ReplayGroup request)
    {
        if (!new DeliveryLimit { Rate = request.Rate }.IsValid)
            throw new RefusedException(ErrorCode.FieldInvalid, "A rate is 0.001 to 1,000,000 messages a second.");
        var from = request.FromCase switch
        {
            V1.ReplayGroup.FromOneofCase.FromEarliest => StartPoint.Earliest,
            V1.ReplayGroup.FromOneofCase.FromTime when request.FromTime <= long.MaxValue => StartPoint.AtTime(new Timestamp((long)request.FromTime)),
            V1.ReplayGroup.FromOneofCase.FromOffset => OffsetOf(request.FromOffset),
            _ => throw new RefusedException(ErrorCode.FieldInvalid, "A replay begins at the earliest message, a time or an offset from 1."),
        };
        var to = request.ToCase switch
        {
            V1.ReplayGroup.ToOneofCase.ToTime when request.ToTime <= long.MaxValue => StartPoint.AtTime(new Timestamp((long)request.ToTime)),
            V1.ReplayGroup.ToOneofCase.ToOffset => OffsetOf(request.ToOffset),
            V1.ReplayGroup.ToOneofCase.None => StartPoint.Latest,
            _ => throw new RefusedException(ErrorCode.FieldInvalid, "A replay ends at a time or at an offset from 1."),
        };
        return new ReplayRequest(from) { To = to, Rate = request.Rate, DryRun = request.DryRun };
    }

    private static StartPoint OffsetOf(ulong value) => value is > 0 and < long.MaxValue && Offset.TryFrom(value, out var offset)
        ? StartPoint.AtOffset(offset)
        : throw new RefusedException(ErrorCode.FieldInvalid, "Offsets are from 1.");

    private static FailurePolicy PolicyOf(V1.FailurePolicy policy) => policy switch
    {
        V1.FailurePolicy.Hold => FailurePolicy.Hold,
        V1.FailurePolicy.Park => FailurePolicy.Park,
        V1.FailurePolicy.Skip => FailurePolicy.Skip,
        _ => throw new RefusedException(ErrorCode.FieldInvalid, "on_failure is hold, park or skip."),
    };

    private static ExpiredPolicy PolicyOf(V1.ExpiredPolicy policy) => policy switch
    {
        V1.ExpiredPolicy.Drop => ExpiredPolicy.Drop,
        V1.ExpiredPolicy.DeadLetter => ExpiredPolicy.DeadLetter,
        _ => throw new RefusedException(ErrorCode.FieldInvalid, "on_expired is drop or dead letter."),
    };

    private static RetryPolicy RetryOf(V1.RetryPolicy retry)
    {
        ulong longest = (ulong)Limits.MaxDelay.TotalMilliseconds;
        if (retry.FirstDelay > longest || retry.MaxDelay > longest || retry.Delays.Any(delay => delay > longest))
            throw new RefusedException(ErrorCode.FieldInvalid, "A back-off is at most 10 years.");
        var standard = RetryPolicy.Default;
        return new RetryPolicy
        {
            FirstDelay = retry.FirstDelay == 0 ? standard.FirstDelay : TimeSpan.FromMilliseconds(retry.FirstDelay),
            MaxDelay = retry.MaxDelay == 0 ? standard.MaxDelay : TimeSpan.FromMilliseconds(retry.MaxDelay),
            Delays = [.. retry.Delays.Select(delay => TimeSpan.FromMilliseconds(delay))],
        };
    }
}
