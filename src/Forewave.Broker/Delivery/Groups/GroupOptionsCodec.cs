using Forewave.Broker.Delivery.Pacing;
using Forewave.Broker.Delivery.Records;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>A group's options as GroupChanged records and checkpoints hold them. Stateless.</summary>
internal static class GroupOptionsCodec
{
    // Rates are written in thousandths of a message a second.
    private const double RateUnits = 1_000;

    /// <summary>Writes options.</summary>
    public static void Write(GroupOptions options, RecordWriter writer)
    {
        writer.LongText(options.Filter.Text);
        writer.Int64((long)options.VisibilityTimeout.TotalMilliseconds);
        writer.UInt32((uint)options.MaxAttempts);
        writer.Int64((long)options.Retry.FirstDelay.TotalMilliseconds);
        writer.Int64((long)options.Retry.MaxDelay.TotalMilliseconds);
        writer.UInt32((uint)options.Retry.Delays.Count);
        foreach (var delay in options.Retry.Delays)
            writer.Int64((long)delay.TotalMilliseconds);
        writer.Byte((byte)options.OnFailure);
        writer.Byte(options.IsPaused ? (byte)1 : (byte)0);
        writer.Int64((long)Math.Round(options.Limit.Rate * RateUnits));
        writer.UInt32((uint)options.Limit.Burst);
        writer.UInt32((uint)options.Limit.MaxLeased);
        writer.Byte(options.SingleActive ? (byte)1 : (byte)0);
        writer.Byte((byte)options.OnExpired);
    }

    /// <summary>Reads options as a record or a part of some version holds them.</summary>
    public static GroupOptions Read(ref RecordReader reader, byte version)
    {
        var filter = new TagFilter(reader.LongText());
        var visibility = TimeSpan.FromMilliseconds(reader.Int64());
        int attempts = reader.Count();
        var first = TimeSpan.FromMilliseconds(reader.Int64());
        var max = TimeSpan.FromMilliseconds(reader.Int64());
        var delays = new TimeSpan[reader.Count()];
        for (int i = 0; i < delays.Length; i++)
            delays[i] = TimeSpan.FromMilliseconds(reader.Int64());
        var onFailure = version > 1 ? (FailurePolicy)reader.Byte() : FailurePolicy.Hold;
        var options = new GroupOptions
        {
            Filter = filter,
            VisibilityTimeout = visibility,
            MaxAttempts = attempts,
            Retry = new RetryPolicy { FirstDelay = first, MaxDelay = max, Delays = delays },
            OnFailure = onFailure,
        };
        if (version > 2)
            options = WithControl(options, ref reader);
        return version > 4 ? options with { OnExpired = (ExpiredPolicy)reader.Byte() } : options;
    }

    private static GroupOptions WithControl(GroupOptions options, ref RecordReader reader) => options with
    {
        IsPaused = reader.Byte() != 0,
        Limit = new DeliveryLimit { Rate = reader.Int64() / RateUnits, Burst = reader.Count(), MaxLeased = reader.Count() },
        SingleActive = reader.Byte() != 0,
    };
}
