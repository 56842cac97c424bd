using Forewave.Cli.Publishing;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Units;

public sealed class RefusalPolicyTests
{
    private static readonly ForewaveException Full = new(ErrorCode.DiskFull);

    [Fact]
    public void Refusal_is_told_once_and_tried_again_when_lines_are_published()
    {
        StringWriter messages = new();
        RefusalPolicy policy = new(isOne: false, messages);

        var delays = new[] { policy.DelayBeforeNext(Full, 1), policy.DelayBeforeNext(Full, 2) };

        Assert.All(delays, delay => Assert.NotNull(delay));
        string told = Assert.Single(messages.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("DiskFull, error 603", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Refusal_is_the_end_when_one_message_was_typed()
    {
        StringWriter messages = new();

        Assert.Null(new RefusalPolicy(isOne: true, messages).DelayBeforeNext(Full, 1));
        Assert.Empty(messages.ToString());
    }

    [Fact]
    public void Refusal_is_the_end_when_the_user_wants_to_stop()
    {
        StringWriter messages = new();
        RefusalPolicy policy = new(isOne: false, messages) { Stop = new CancellationToken(canceled: true) };

        Assert.Null(policy.DelayBeforeNext(Full, 1));
        Assert.Empty(messages.ToString());
    }
}
