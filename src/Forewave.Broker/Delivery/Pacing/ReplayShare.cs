namespace Forewave.Broker.Delivery.Pacing;

/// <summary>
/// The bytes that the replays of one loop may read in a second, all together: the rest of the disk and of the loop's time is for
/// deliveries. For the loop alone.
/// </summary>
internal sealed class ReplayShare(DeliverySetting setting)
{
    private const double BurstSeconds = 0.05;
    private const long LeastBytesPerSecond = 64 * 1024;

    private readonly TokenBucket _bytes = new(setting.Time, RateOf(setting) * BurstSeconds);

    private double Rate { get; } = RateOf(setting);

    /// <summary>How long a replay has to wait before it reads on; zero: not at all.</summary>
    public TimeSpan UntilMore()
    {
        double bytes = _bytes.Fill(new TokenRate(Rate) { Burst = Rate * BurstSeconds });
        return bytes > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - bytes) / Rate);
    }

    /// <summary>A replay read so many bytes.</summary>
    public void Take(long byteCount) => _bytes.Take(byteCount);

    private static double RateOf(DeliverySetting setting) =>
        (double)Math.Max(setting.ReplayBytesPerSecond, LeastBytesPerSecond) / Math.Max(1, setting.Loops);
}
