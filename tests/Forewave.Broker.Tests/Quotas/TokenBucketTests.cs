using Forewave.Broker.Quotas;
using Forewave.Broker.Tests.Fakes;

namespace Forewave.Broker.Tests.Quotas;

public sealed class TokenBucketTests
{
    [Fact]
    public void Rate_is_kept_to_and_a_tenth_of_a_second_comes_at_once()
    {
        MovedTime time = new();
        TokenBucket bucket = new(100, time);
        int taken = 0;

        for (int millisecond = 0; millisecond < 10_000; millisecond++)
        {
            while (bucket.WaitAt(time.GetTimestamp()) == 0)
            {
                bucket.Take(1, time.GetTimestamp());
                taken++;
            }
            time.Move(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(taken, 1_000, 1_011);
    }

    [Fact]
    public void Who_takes_more_than_there_is_makes_those_behind_wait_until_it_is_paid()
    {
        MovedTime time = new();
        TokenBucket bucket = new(10, time);

        bucket.Take(50, time.GetTimestamp());

        Assert.Equal(TimeSpan.FromSeconds(4.9), time.GetElapsedTime(0, bucket.WaitAt(time.GetTimestamp())));
        time.Move(TimeSpan.FromSeconds(4.9));
        Assert.Equal(0, bucket.WaitAt(time.GetTimestamp()));
    }

    [Fact]
    public void Greatest_amount_at_the_least_rate_does_not_overflow()
    {
        MovedTime time = new();
        TokenBucket bucket = new(1, time);

        for (int i = 0; i < 10; i++)
            bucket.Take(int.MaxValue, time.GetTimestamp());

        Assert.True(bucket.WaitAt(time.GetTimestamp()) > 0);
    }

    [Fact]
    public async Task Nothing_that_several_threads_take_is_forgotten()
    {
        const int each = 100_000;
        MovedTime time = new();
        TokenBucket bucket = new(1_000_000, time);
        long now = time.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < each; i++)
                bucket.Take(1, now);
        })));

        Assert.Equal(TimeSpan.FromSeconds(0.3), time.GetElapsedTime(0, bucket.WaitAt(now)));
    }

    [Fact]
    public void Bucket_whose_rate_stays_as_it_is_keeps_what_was_taken_of_it()
    {
        MovedTime time = new();
        var before = RateQuota.Of((10, 20), null, time);
        before.Take((100, 100), time.GetTimestamp());

        var same = RateQuota.Of((10, 30), before, time);

        Assert.Same(before.Messages, same.Messages);
        Assert.Equal(30, same.Bytes!.PerSecond);
        Assert.Same(RateQuota.None, RateQuota.Of((0, 0), same, time));
    }

    [Fact]
    public void User_enters_as_often_as_it_may_and_again_when_one_has_left()
    {
        UserConnections users = new();

        bool[] seen = [users.TryEnter("a", 2), users.TryEnter("a", 2), users.TryEnter("a", 2), users.TryEnter("b", 2), users.TryEnter("c", 0)];
        users.Leave("a");

        Assert.Equal([true, true, false, true, true], seen);
        Assert.True(users.TryEnter("a", 2));
    }
}
