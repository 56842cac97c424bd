using System.Data.Common;
using Forewave.Client;
using Forewave.Outbox.Tests.Databases;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>What a relay does on databases that have several writers at a time.</summary>
public abstract class ServerRelayConformance(IDatabaseServer server) : RelayConformance(server)
{
    private readonly IDatabaseServer _server = server;

    [Fact]
    public async Task Row_with_a_lower_id_that_commits_late_is_published()
    {
        Place place = await Place.NewAsync(_server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);
        await using DbConnection late = await place.OpenAsync();
        await using DbTransaction transaction = await late.BeginTransactionAsync();
        await place.Writer.AddAsync(transaction, new QueueName("q"), Place.Of("late"));

        await place.AddAsync("q", "early");
        await Until.TrueAsync(async () => await place.CountAsync(2) == 1);
        await transaction.CommitAsync();
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["early", "late"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal(1, await place.NumberAsync("SELECT COUNT(*) FROM forewave_outbox a JOIN forewave_outbox b ON a.id < b.id AND a.seq > b.seq"));
    }
}
