using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Outbox.Tests.Databases;

namespace Forewave.Outbox.Tests.Kills;

/// <summary>kill -9 of relay, broker and database, at random, while rows come: nothing is lost, nothing doubled, keys keep their order.</summary>
public abstract class KillConformance(IDatabaseServer server)
{
    private const int Rounds = 5;
    private const int RowsPerRound = 200;

    [Fact]
    public async Task Rows_are_stored_once_and_in_the_order_of_their_keys_whatever_is_killed()
    {
        int seed = Random.Shared.Next();
        Console.WriteLine($"seed {seed}");
        Random random = new(seed);
        Place place = await Place.NewAsync(server);
        await using ServerProcess broker = await ServerProcess.StartedAsync();
        ProgramProcess relay = StartRelay(place, broker);
        int written = 0;
        for (int round = 0; round < Rounds; round++)
        {
            for (int transaction = 0; transaction < RowsPerRound / 10; transaction++)
            {
                int first = written;
                await place.AddAsync("q", [.. Enumerable.Range(first, 10).Select(n => Place.Of($"{n:d6}", $"key{n % 7}"))]);
                written += 10;
            }

            // In the middle of what is under way, wherever that is.
            long left = random.Next(RowsPerRound);
            await Until.TrueAsync(async () => await place.NumberAsync("SELECT COUNT(*) FROM forewave_outbox WHERE state IN (0, 1)") <= left);
            switch (random.Next(server.Kind == DatabaseKind.Sqlite ? 2 : 3))
            {
                case 0:
                    await relay.DisposeAsync();
                    relay = StartRelay(place, broker);
                    break;
                case 1:
                    await broker.KillAsync();
                    await broker.StartAsync();
                    break;
                default:
                    await server.KillAsync();
                    await server.StartAsync();
                    break;
            }
        }

        await place.SentAsync();
        await relay.DisposeAsync();

        await using ForewaveClient client = new(broker.Address);
        List<string> bodies = await Queues.BodiesAsync(client, "q");
        Assert.True(bodies.Count == written, $"seed {seed}: {written} rows, {bodies.Count} messages. {broker.Log}");
        Assert.Equal(Enumerable.Range(0, written).Select(n => $"{n:d6}"), bodies.Order(StringComparer.Ordinal));
        Assert.All(bodies.GroupBy(body => int.Parse(body) % 7), key => Assert.Equal(key.Order(StringComparer.Ordinal), key));
    }

    private static ProgramProcess StartRelay(Place place, ServerProcess broker) =>
        ProgramProcess.StartProgram("Forewave.Outbox.Tests.dll", "relay", $"{place.Tables.Database}", place.Connection, broker.Address);
}
