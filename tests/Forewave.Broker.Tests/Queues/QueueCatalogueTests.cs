using Forewave.Broker.Queues;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Queues;

public sealed class QueueCatalogueTests
{
    [Fact]
    public async Task Queue_that_its_first_use_makes_asks_for_no_sync_of_its_own()
    {
        await using FakeStore store = new();
        using QueueCatalogue queues = new(store, new BrokerOptions(), NullLogger.Instance);

        await queues.OpenAsync(new QueueName("used"), create: true, CancellationToken.None);
        await queues.CreateAsync(new QueueName("asked-for"), QueueOptions.Default, CancellationToken.None);

        Assert.Equal([RecordType.QueueChanged, RecordType.QueueChanged], store.Records.Select(record => record.Header.Type));
        Assert.Equal([true, false], store.Records.Select(record => record.IsLazy));
    }

    [Fact]
    public async Task Change_is_not_lost_to_a_checkpoint_that_comes_between_its_record_and_itself()
    {
        await using FakeStore store = new();
        using QueueCatalogue queues = new(store, new BrokerOptions(), NullLogger.Instance);
        List<FakeStateWriter> checkpoints = [];
        store.Appended = () =>
        {
            FakeStateWriter writer = new();
            queues.Write(writer);
            checkpoints.Add(writer);
        };
        QueueName kept = new("kept"), gone = new("gone");

        await queues.CreateAsync(kept, QueueOptions.Default, CancellationToken.None);
        await queues.CreateAsync(gone, QueueOptions.Default, CancellationToken.None);
        await queues.SetAsync(kept, options => options with { Trace = true }, CancellationToken.None);
        await queues.DeleteAsync(gone, CancellationToken.None);

        Assert.Equal(4, checkpoints.Count);
        foreach (var checkpoint in checkpoints)
        {
            using QueueCatalogue again = new(store, new BrokerOptions(), NullLogger.Instance);
            var part = Assert.Single(checkpoint.Parts);
            again.Load(part.State);
            foreach (var record in store.Records.Where(record => record.Header.Position > part.Part.Dispatched))
                again.Apply(record.Header, record.Payload);
            var queue = Assert.Single(again.All);
            Assert.Equal((kept, true), (queue.Name, queue.Options.Trace));
        }
    }
}
