using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Operations;

/// <summary>Queues: looked at, made, changed, purged, deleted. Thread-safe.</summary>
internal sealed class QueueOperations(HttpLinks links, BodyMemory memory)
{
    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listQueues", Method = "GET", Path = "/v1/queues", Right = ApiRight.Look, Run = ListAsync, Query = ["partition", "prefix"] },
        new() { Id = "showQueue", Method = "GET", Path = "/v1/queues/{queue}", Right = ApiRight.Look, Run = ShowAsync, Query = ["partition"] },
        new() { Id = "createQueue", Method = "PUT", Path = "/v1/queues/{queue}", Right = ApiRight.Manage, Run = CreateAsync, Query = ["partition"] },
        new() { Id = "setQueue", Method = "PATCH", Path = "/v1/queues/{queue}", Right = ApiRight.Manage, Run = SetAsync, Query = ["partition"] },
        new() { Id = "deleteQueue", Method = "DELETE", Path = "/v1/queues/{queue}", Right = ApiRight.Manage, Run = DeleteAsync, Query = ["partition"] },
        new() { Id = "purgeQueue", Method = "POST", Path = "/v1/queues/{queue}/purge", Right = ApiRight.Manage, Run = PurgeAsync, Query = ["partition"] },
        new() { Id = "showBroker", Method = "GET", Path = "/v1/broker", Right = ApiRight.Look, Run = ShowBrokerAsync, Here = true },
    ];

    private async Task ListAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteListAsync(call, "queues", turn.Broker.ListQueuesAsync(call.Query.Text("prefix") ?? "", call.Gone), QueueJson.Write);
    }

    private async Task ShowAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.ShowQueueAsync(call.Queue, call.Gone));
    }

    private async Task CreateAsync(ApiCall call)
    {
        var settings = await SettingsAsync(call);
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.CreateQueueAsync(call.Queue, settings, call.Gone), StatusCodes.Status201Created);
    }

    private async Task SetAsync(ApiCall call)
    {
        var settings = await SettingsAsync(call);
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.SetQueueAsync(call.Queue, settings, call.Gone));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.DeleteQueueAsync(call.Queue, call.Gone));
    }

    private async Task PurgeAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.PurgeQueueAsync(call.Queue, call.Gone));
    }

    private async Task ShowBrokerAsync(ApiCall call)
    {
        using var turn = links.Take(links.Home);
        var broker = await turn.Broker.ShowBrokerAsync(call.Gone);
        await JsonAnswer.WriteAsync(call, writer => Write(writer, broker));
    }

    private async ValueTask<QueueSettings> SettingsAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        QueueSettings settings = new()
        {
            Relaxed = body.Flag("relaxed"),
            Retention = body.Duration("retention"),
            TimeToLive = body.Duration("timeToLive"),
            DeduplicationWindow = body.Duration("deduplicationWindow"),
            DeleteWhenIdle = body.Duration("deleteWhenIdle"),
            Trace = body.Flag("trace"),
        };
        body.End();
        return settings;
    }

    private static Task AnswerAsync(ApiCall call, QueueDetails queue, int status = StatusCodes.Status200OK) =>
        JsonAnswer.WriteAsync(call, writer => QueueJson.Write(writer, queue), status);

    private static void Write(Utf8JsonWriter writer, BrokerDetails broker)
    {
        writer.WriteStartObject();
        writer.WriteString("version", broker.Version);
        writer.WriteNumber("partition", broker.Partition.Value);
        writer.WriteNumber("epoch", broker.Epoch.Value);
        writer.WriteString("tailPosition", $"{broker.TailPosition.Bits:x16}");
        writer.WriteString("committedPosition", $"{broker.CommittedPosition.Bits:x16}");
        writer.WriteNumber("connections", broker.Connections);
        writer.WriteNumber("queues", broker.Queues);
        writer.WriteEndObject();
    }
}
