using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Producing;

public sealed class QueuePaceTests
{
    private static readonly ForewaveException Quota = new(ErrorCode.QuotaExceeded);

    [Fact]
    public void Queue_waits_for_its_time_then_sends_one_batch_and_one_more_for_each_that_is_taken()
    {
        QueuePace pace = new();
        pace.Refused(100, Quota);
        bool held = pace.IsFull;
        pace.GoOn();
        bool goesOn = pace.IsFull;

        pace.Sent();
        bool one = pace.IsFull;
        pace.Answered(isTaken: true);
        pace.Sent();
        bool second = pace.IsFull;
        pace.Sent();

        Assert.Equal((true, false, true, false, true), (held, goesOn, one, second, pace.IsFull));
    }

    [Fact]
    public void Queue_that_is_refused_again_begins_with_one_batch_and_waits_for_the_later_time()
    {
        QueuePace pace = new();
        pace.Refused(100, Quota);
        pace.GoOn();
        pace.Sent();
        pace.Answered(isTaken: true);

        pace.Refused(300, Quota);
        pace.Refused(200, Quota);

        Assert.Equal((true, 1, 300L, Quota), (pace.IsHeld, pace.Window, pace.Until, pace.Why));
    }

    [Fact]
    public void Queue_that_is_taken_again_is_not_late_for_the_refusal_of_before()
    {
        QueuePace pace = new();
        pace.Refused(100, Quota);
        pace.GoOn();
        pace.Sent();
        ForewaveException? before = pace.Why;

        pace.Answered(isTaken: true);

        Assert.Same(Quota, before);
        Assert.Null(pace.Why);
    }
}
