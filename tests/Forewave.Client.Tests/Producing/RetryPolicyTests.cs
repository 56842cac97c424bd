using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Producing;

public sealed class RetryPolicyTests
{
    [Fact]
    public void Refused_publish_goes_again_no_sooner_than_the_broker_says()
    {
        ForewaveException refusal = new(ErrorCode.PublishOff, retryAfter: TimeSpan.FromSeconds(7));

        for (int attempt = 1; attempt <= 100; attempt++)
            Assert.InRange(DefaultPublishRetryPolicy.Instance.DelayBeforeNext(refusal, attempt)!.Value, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8.75));
    }

    [Fact]
    public void Refused_publish_that_waiting_does_not_help_goes_never_again() =>
        Assert.Null(DefaultPublishRetryPolicy.Instance.DelayBeforeNext(new ForewaveException(ErrorCode.CapabilityOff), 1));
}
