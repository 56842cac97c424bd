using Forewave.Storage.Files.GroupCommit;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Segments;

public sealed class GrowthPaceTests : IDisposable
{
    private readonly TestTime _time = new();
    private readonly WriterCounters _counters = new();
    private readonly GrowthPace _pace;
    private int _asks;

    public GrowthPaceTests() => _pace = new GrowthPace(_time, _counters, () => _asks++);

    public void Dispose() => _pace.Dispose();

    [Fact]
    public void Quiet_log_lets_files_be_filled_in_the_largest_steps()
    {
        Assert.Equal(GrowthPace.LargestStepBytes, _pace.NextStepBytes(isUrgent: false));
        Assert.Equal(GrowthPace.LargestStepBytes, _pace.NextStepBytes(isUrgent: true));
    }

    [Fact]
    public void Busy_log_is_left_alone_until_it_is_quiet_when_there_are_spares()
    {
        _counters.AddGroup(10_000_000);

        Assert.Equal(0, _pace.NextStepBytes(isUrgent: false));
        _time.Move(TimeSpan.FromMilliseconds(20));

        Assert.Equal(1, _asks);
        Assert.Equal(GrowthPace.LargestStepBytes, _pace.NextStepBytes(isUrgent: false));
    }

    [Fact]
    public void Slow_log_has_twice_its_own_bytes_filled_when_there_are_too_few_spares()
    {
        _counters.AddGroup(100_000);

        Assert.Equal(3 * GrowthPace.SmallestStepBytes, _pace.NextStepBytes(isUrgent: true));
    }

    [Fact]
    public void Slow_log_is_asked_again_when_it_has_written_too_little_for_a_step()
    {
        _counters.AddGroup(20_000);
        Assert.Equal(0, _pace.NextStepBytes(isUrgent: true));

        _counters.AddGroup(20_000);
        _time.Move(TimeSpan.FromMilliseconds(10));

        Assert.Equal(1, _asks);
        Assert.Equal(GrowthPace.SmallestStepBytes, _pace.NextStepBytes(isUrgent: true));
    }

    [Fact]
    public void Fast_log_has_files_filled_in_the_largest_steps_when_there_are_too_few_spares()
    {
        _counters.AddGroup(10_000_000);

        Assert.Equal(GrowthPace.LargestStepBytes, _pace.NextStepBytes(isUrgent: true));
    }
}
