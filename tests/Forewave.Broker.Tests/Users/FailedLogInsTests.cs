using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Users;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Users;

public sealed class FailedLogInsTests
{
    private static readonly LogInPlace Place = new() { Host = "192.0.2.1", User = "ann" };
    private readonly MovedTime _time = new();

    [Fact]
    public void Delay_begins_after_the_free_ones_and_doubles_up_to_its_bound()
    {
        FailedLogIns failed = new(_time);
        List<double> delays = [];
        for (int i = 0; i < 12; i++)
        {
            failed.Failed(Place);
            delays.Add(failed.DelayOf(Place).TotalSeconds);
        }

        Assert.Equal([0, 0, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30], delays);
    }

    [Fact]
    public void Delay_passes_and_is_forgotten_after_a_while_and_by_success()
    {
        FailedLogIns failed = new(_time);
        for (int i = 0; i < 5; i++)
            failed.Failed(Place);

        _time.Move(TimeSpan.FromSeconds(1.5));
        Assert.Equal(TimeSpan.FromSeconds(0.5), failed.DelayOf(Place));
        _time.Move(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place));
        failed.Failed(Place);
        Assert.Equal(TimeSpan.FromSeconds(4), failed.DelayOf(Place));
        failed.Succeeded(Place);
        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place));
        for (int i = 0; i < 3; i++)
            failed.Failed(Place);
        _time.Move(Limits.LogInFailuresForgotten);
        failed.Failed(Place);
        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place));
    }

    [Fact]
    public void Failures_at_one_host_delay_nobody_at_another_and_other_users_only_when_there_are_many()
    {
        FailedLogIns failed = new(_time);
        for (int i = 0; i < 10; i++)
            failed.Failed(Place);

        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place with { Host = "192.0.2.2" }));
        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place with { User = "bob" }));
        for (int i = 0; i < Limits.FreeAddressFailures; i++)
            failed.Failed(new LogInPlace { Host = Place.Host, User = $"guess{i}" });
        Assert.True(failed.DelayOf(Place with { User = "bob" }) > TimeSpan.Zero);
        // Whoever has one account there does not wipe the slate for guesses at others.
        failed.Succeeded(Place with { User = "bob" });
        Assert.True(failed.DelayOf(Place with { User = "bob" }) > TimeSpan.Zero);
    }

    [Fact]
    public void Memory_is_bounded_and_forgets_the_oldest()
    {
        FailedLogIns failed = new(_time);
        for (int i = 0; i < 3; i++)
            failed.Failed(Place);
        for (int i = 0; i < 2 * Limits.RememberedFailures; i++)
            failed.Failed(new LogInPlace { Host = $"192.0.2.{i}", User = $"guess{i}" });

        Assert.Equal(Limits.RememberedFailures, failed.Count);
        Assert.Equal(TimeSpan.Zero, failed.DelayOf(Place));
    }
}
