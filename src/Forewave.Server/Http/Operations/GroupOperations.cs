using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Operations;

/// <summary>Groups: looked at, made, changed, paused, moved, deleted. Thread-safe.</summary>
internal sealed class GroupOperations(HttpLinks links, BodyMemory memory)
{
    private const string Path = "/v1/queues/{queue}/groups/{group}";

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listAllGroups", Method = "GET", Path = "/v1/groups", Right = ApiRight.Look, Run = call => ListAsync(call, null), Query = ["partition"] },
        new() { Id = "listGroups", Method = "GET", Path = "/v1/queues/{queue}/groups", Right = ApiRight.Look, Run = call => ListAsync(call, call.Queue), Query = ["partition"] },
        new() { Id = "showGroup", Method = "GET", Path = Path, Right = ApiRight.Look, Run = ShowAsync, Query = ["partition"] },
        new() { Id = "createGroup", Method = "PUT", Path = Path, Right = ApiRight.Manage, Run = CreateAsync, Query = ["partition"] },
        new() { Id = "setGroup", Method = "PATCH", Path = Path, Right = ApiRight.Manage, Run = SetAsync, Query = ["partition"] },
        new() { Id = "deleteGroup", Method = "DELETE", Path = Path, Right = ApiRight.Manage, Run = DeleteAsync, Query = ["partition"] },
        new() { Id = "pauseGroup", Method = "POST", Path = Path + "/pause", Right = ApiRight.Manage, Run = call => PauseAsync(call, new() { Paused = true }), Query = ["partition"] },
        new() { Id = "resumeGroup", Method = "POST", Path = Path + "/resume", Right = ApiRight.Manage, Run = call => PauseAsync(call, new() { Paused = false }), Query = ["partition"] },
        new() { Id = "resumeKey", Method = "POST", Path = Path + "/resume-key", Right = ApiRight.Manage, Run = ResumeKeyAsync, Query = ["partition"] },
        new() { Id = "resetGroup", Method = "POST", Path = Path + "/reset", Right = ApiRight.Manage, Run = ResetAsync, Query = ["partition"] },
        new() { Id = "replayGroup", Method = "POST", Path = Path + "/replay", Right = ApiRight.Manage, Run = ReplayAsync, Query = ["partition"] },
        new() { Id = "cancelReplay", Method = "DELETE", Path = Path + "/replay", Right = ApiRight.Manage, Run = CancelReplayAsync, Query = ["partition"] },
        new() { Id = "listLeases", Method = "GET", Path = Path + "/leases", Right = ApiRight.Look, Run = ListLeasesAsync, Query = ["partition"] },
    ];

    private async Task ListAsync(ApiCall call, QueueName? queue)
    {
        using var turn = links.Take(call.Partition);
        var groups = await turn.Broker.ListGroupsAsync(queue, call.Gone);
        await JsonAnswer.WriteListAsync(call, "groups", groups.ToAsyncEnumerable(), GroupJson.Write);
    }

    private async Task ShowAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.ShowGroupAsync(call.Queue, call.Group, call.Gone));
    }

    private async Task CreateAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var start = body.Offset("startOffset");
        var settings = GroupTerms.Settings(body);
        var retry = GroupTerms.Retry(body);
        body.End();
        using var turn = links.Take(call.Partition);
        if (retry.IsGiven)
            settings = settings with { Retry = retry.Over(new GroupRetry()) };
        await AnswerAsync(call, await turn.Broker.CreateGroupAsync(call.Queue, call.Group, settings, start, call.Gone), StatusCodes.Status201Created);
    }

    private async Task SetAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var settings = GroupTerms.Settings(body);
        var retry = GroupTerms.Retry(body);
        body.End();
        using var turn = links.Take(call.Partition);
        if (retry.IsGiven)
        {
            // The broker takes the policy as a whole.
            var shown = await turn.Broker.ShowGroupAsync(call.Queue, call.Group, call.Gone);
            settings = settings with { Retry = retry.Over(shown.Settings.Retry ?? new GroupRetry()) };
        }
        await AnswerAsync(call, await turn.Broker.SetGroupAsync(call.Queue, call.Group, settings, call.Gone));
    }

    private async Task PauseAsync(ApiCall call, GroupSettings settings)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.SetGroupAsync(call.Queue, call.Group, settings, call.Gone));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await turn.Broker.DeleteGroupAsync(call.Queue, call.Group, call.Gone);
        await JsonAnswer.WriteNothingAsync(call);
    }

    private async Task ResumeKeyAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        string key = body.Text("orderingKey") ?? throw FieldText.Wrong("orderingKey", "there");
        bool giveUp = body.Flag("giveUp") ?? false;
        body.End();
        using var turn = links.Take(call.Partition);
        await turn.Broker.ResumeKeyAsync(call.Queue, call.Group, key, giveUp, call.Gone);
        await JsonAnswer.WriteNothingAsync(call);
    }

    private async Task ResetAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var to = FieldText.Place("to", body.Text("to") ?? throw FieldText.Wrong("to", "there"));
        bool force = body.Flag("force") ?? false, isDryRun = body.Flag("dryRun") ?? false;
        body.End();
        using var turn = links.Take(call.Partition);
        var reset = isDryRun
            ? await turn.Broker.Groups.TryResetAsync(call.Queue, call.Group, to, call.Gone)
            : await turn.Broker.Groups.ResetAsync(call.Queue, call.Group, to, force, call.Gone);
        await JsonAnswer.WriteAsync(call, writer => GroupMoveJson.Write(writer, reset, isDryRun));
    }

    private async Task ReplayAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var range = GroupTerms.Range(body);
        bool isDryRun = body.Flag("dryRun") ?? false;
        body.End();
        using var turn = links.Take(call.Partition);
        var replay = isDryRun
            ? await turn.Broker.Groups.TryReplayAsync(call.Queue, call.Group, range, call.Gone)
            : await turn.Broker.Groups.ReplayAsync(call.Queue, call.Group, range, call.Gone);
        await JsonAnswer.WriteAsync(call, writer => GroupMoveJson.Write(writer, replay, isDryRun));
    }

    private async Task CancelReplayAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.Groups.CancelReplayAsync(call.Queue, call.Group, call.Gone));
    }

    private async Task ListLeasesAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await JsonAnswer.WriteListAsync(call, "leases", turn.Broker.Groups.ListLeasesAsync(call.Queue, call.Group, call.Gone), LeaseJson.Write);
    }

    private static Task AnswerAsync(ApiCall call, GroupDetails group, int status = StatusCodes.Status200OK) =>
        JsonAnswer.WriteAsync(call, (Utf8JsonWriter writer) => GroupJson.Write(writer, group), status);
}
