using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Publishing;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Operations;

/// <summary>Scheduled and recurring messages. Thread-safe.</summary>
internal sealed class ScheduleOperations(HttpLinks links, BodyMemory memory)
{
    private const string Path = "/v1/queues/{queue}";
    private static readonly CountRange Listed = new() { UnlessTold = 100, Most = Limits.MessagesPerFrame };

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listScheduled", Method = "GET", Path = Path + "/scheduled", Right = ApiRight.Look, Run = ListAsync, Query = ["partition", "content", "max"] },
        new() { Id = "cancelMessage", Method = "DELETE", Path = Path + "/messages/{id}", Right = ApiRight.Manage, Run = CancelAsync },
        new() { Id = "rescheduleMessage", Method = "POST", Path = Path + "/messages/{id}/reschedule", Right = ApiRight.Manage, Run = RescheduleAsync },
        new() { Id = "cancelScheduled", Method = "POST", Path = Path + "/scheduled/cancel", Right = ApiRight.Manage, Run = CancelByKeyAsync, Query = ["partition"] },
        new() { Id = "rescheduleScheduled", Method = "POST", Path = Path + "/scheduled/reschedule", Right = ApiRight.Manage, Run = RescheduleByKeyAsync, Query = ["partition"] },
        new() { Id = "listAllRecurring", Method = "GET", Path = "/v1/recurring", Right = ApiRight.Look, Run = call => ListRecurringAsync(call, null), Query = ["partition"] },
        new() { Id = "listRecurring", Method = "GET", Path = Path + "/recurring", Right = ApiRight.Look, Run = call => ListRecurringAsync(call, call.Queue), Query = ["partition"] },
        new() { Id = "setRecurring", Method = "PUT", Path = Path + "/recurring/{name}", Right = ApiRight.Manage, Run = SetRecurringAsync, Query = ["partition", "cron", "timeZone"] },
        new() { Id = "deleteRecurring", Method = "DELETE", Path = Path + "/recurring/{name}", Right = ApiRight.Manage, Run = DeleteRecurringAsync, Query = ["partition"] },
    ];

    private async Task ListAsync(ApiCall call)
    {
        int most = call.Query.Count("max", Listed);
        using var turn = links.Take(call.Partition);
        var messages = turn.Broker.Schedules.ListAsync(call.Queue, call.Query.Flag("content"), call.Gone);
        await JsonAnswer.WriteListAsync(call, "messages", messages.Take(most), ScheduledJson.Write);
    }

    private async Task CancelAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await MessageOperations.ShowAsync(turn.Broker, call);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.Schedules.CancelAsync([call.Message], call.Gone));
    }

    private async Task RescheduleAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var (time, delay) = WhenOf(body);
        using var turn = links.Take(call.Partition);
        await MessageOperations.ShowAsync(turn.Broker, call);
        await JsonAnswer.WriteCountAsync(call, time is { } at
            ? await turn.Broker.Schedules.RescheduleAsync([call.Message], at, call.Gone)
            : await turn.Broker.Schedules.RescheduleAsync([call.Message], delay, call.Gone));
    }

    private async Task CancelByKeyAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        string key = KeyOf(body);
        body.End();
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.Schedules.CancelAsync(call.Queue, key, call.Gone));
    }

    private async Task RescheduleByKeyAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        string key = KeyOf(body);
        var (time, delay) = WhenOf(body);
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteCountAsync(call, time is { } at
            ? await turn.Broker.Schedules.RescheduleAsync(call.Queue, key, at, call.Gone)
            : await turn.Broker.Schedules.RescheduleAsync(call.Queue, key, delay, call.Gone));
    }

    private async Task ListRecurringAsync(ApiCall call, QueueName? queue)
    {
        using var turn = links.Take(call.Partition);
        var messages = await turn.Broker.Schedules.ListRecurringAsync(queue, call.Gone);
        await JsonAnswer.WriteListAsync(call, "recurring", messages.ToAsyncEnumerable(), ScheduledJson.Write);
    }

    // The body is the message's, as with a publish; when it comes is in the query.
    private async Task SetRecurringAsync(ApiCall call)
    {
        RecurringTimes times = new(
            call.Query.Text("cron") ?? throw FieldText.Wrong("cron", "there"),
            call.Query.Text("timeZone") is { } zone ? new TimeZoneName(zone) : null);
        var body = await RequestBody.ReadAsync(call.Context, Limits.RecurringMessageBytes, memory);
        RecurringMessage set;
        try
        {
            var message = MessageForm.Read(call.Context.Request.Headers, body.Bytes);
            using var turn = links.Take(call.Partition);
            set = await turn.Broker.Schedules.SetRecurringAsync(call.Queue, call["name"], times, message, call.Gone);
        }
        finally
        {
            body.Release();
        }
        await JsonAnswer.WriteAsync(call, writer => ScheduledJson.Write(writer, set));
    }

    private async Task DeleteRecurringAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await turn.Broker.Schedules.DeleteRecurringAsync(call.Queue, call["name"], call.Gone);
        await JsonAnswer.WriteNothingAsync(call);
    }

    private static string KeyOf(BodyFields body) =>
        body.Text("key") is { Length: > 0 } key ? key : throw FieldText.Wrong("key", "a text of at least one character");

    private static (DateTimeOffset? Time, TimeSpan Delay) WhenOf(BodyFields body)
    {
        var (time, delay) = (body.Time("deliverAt"), body.Duration("delay"));
        body.End();
        if (time is null == delay is null)
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body has not one of deliverAt and delay.");
        return (time, delay ?? TimeSpan.Zero);
    }
}
