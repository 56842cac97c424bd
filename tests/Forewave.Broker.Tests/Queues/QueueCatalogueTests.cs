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
}
