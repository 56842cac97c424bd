using Forewave.Client;
using Forewave.Outbox.Hosting;

namespace Forewave.Outbox.Tests.Relaying;

public sealed class OptionTests
{
    private static readonly OutboxTables Tables = new() { Database = DatabaseKind.Sqlite };

    private static OutboxRelayOptions Good => new() { Tables = Tables, Connect = () => throw new InvalidOperationException("nobody connects") };

    [Fact]
    public async Task Relay_refuses_options_out_of_their_ranges_by_name()
    {
        await using ForewaveClient client = new();
        OutboxRelayOptions[] wrong =
        [
            Good with { ClaimRows = 0 }, Good with { ClaimRows = 10_001 }, Good with { ClaimBytes = 1 }, Good with { CleanRows = 0 },
            Good with { PollInterval = TimeSpan.Zero }, Good with { Lease = TimeSpan.Zero }, Good with { SentRetention = TimeSpan.FromSeconds(-1) },
            Good with { ParkedRetry = TimeSpan.Zero }, Good with { StopPatience = TimeSpan.FromDays(1) },
        ];

        Assert.All(wrong, options => Assert.Contains(" not ", Assert.Throws<ArgumentException>(() => new OutboxRelay(client, options)).Message));
        await new OutboxRelay(client, Good).DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("Shop")]
    [InlineData("1shop")]
    [InlineData("shop-")]
    [InlineData("shop; DROP TABLE orders; --")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Prefix_that_is_no_name_is_refused(string prefix) =>
        Assert.Throws<ArgumentException>(() => Tables with { Prefix = prefix });

    [Fact]
    public void Inbox_refuses_options_out_of_their_ranges()
    {
        InboxOptions good = new() { Tables = Tables, Connect = Good.Connect };

        good.Check();
        Assert.All(
            [good with { Retention = TimeSpan.Zero }, good with { Interval = TimeSpan.Zero }, good with { CleanRows = 0 }],
            options => Assert.Throws<ArgumentException>(options.Check));
    }
}
