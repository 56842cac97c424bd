using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Operations;

/// <summary>Dead letters: looked at, redriven, purged; and what was done to them. Thread-safe.</summary>
internal sealed class DeadOperations(HttpLinks links, BodyMemory memory)
{
    private const string Path = "/v1/queues/{queue}/groups/{group}/dead";
    private const double MostRate = 1_000_000;
    private static readonly CountRange Letters = new() { UnlessTold = 100, Most = Limits.MessagesPerFrame };

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listDead", Method = "GET", Path = Path, Right = ApiRight.Look, Run = ListAsync, Query = ["partition", "filter", "max"] },
        new() { Id = "showDead", Method = "GET", Path = Path + "/{place}", Right = ApiRight.Look, Run = ShowAsync, Query = ["partition"] },
        new() { Id = "redriveDead", Method = "POST", Path = Path + "/redrive", Right = ApiRight.Manage, Run = call => DoAsync(call, DeadAction.Redrive), Query = ["partition"] },
        new() { Id = "purgeDead", Method = "POST", Path = Path + "/purge", Right = ApiRight.Manage, Run = call => DoAsync(call, DeadAction.Purge), Query = ["partition"] },
        new() { Id = "listDeadOperations", Method = "GET", Path = "/v1/queues/{queue}/dead-operations", Right = ApiRight.Look, Run = ListOperationsAsync, Query = ["partition", "group"] },
        new() { Id = "showDeadOperation", Method = "GET", Path = Path + "/operations/{number}", Right = ApiRight.Look, Run = ShowOperationAsync, Query = ["partition"] },
        new() { Id = "listDeadResults", Method = "GET", Path = Path + "/operations/{number}/results", Right = ApiRight.Look, Run = ListResultsAsync, Query = ["partition"] },
        new() { Id = "cancelDeadOperation", Method = "POST", Path = Path + "/operations/{number}/cancel", Right = ApiRight.Manage, Run = CancelAsync, Query = ["partition"] },
        new() { Id = "undoDeadOperation", Method = "POST", Path = Path + "/operations/{number}/undo", Right = ApiRight.Manage, Run = UndoAsync, Query = ["partition"] },
    ];

    private async Task ListAsync(ApiCall call)
    {
        int most = call.Query.Count("max", Letters);
        using var turn = links.Take(call.Partition);
        var letters = turn.Broker.ListDeadLettersAsync(call.Queue, call.Group, call.Query.Text("filter") ?? "", call.Gone);
        await JsonAnswer.WriteListAsync(call, "letters", letters.Take(most), DeadLetterJson.Write);
    }

    private async Task ShowAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        var letter = await turn.Broker.ShowDeadLetterAsync(call.Queue, call.Group, FieldText.DeadPlace("place", call["place"]), call.Gone);
        await JsonAnswer.WriteAsync(call, writer => DeadLetterJson.Write(writer, letter));
    }

    // Places and everything are done at once; a filter or a rate makes it an operation in the background: 202, with its number.
    private async Task DoAsync(ApiCall call, DeadAction action)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        var places = body.Places("places");
        string? filter = body.Text("filter");
        bool all = body.Flag("all") ?? false;
        double rate = body.Rate("rate") ?? 0;
        DeadOperationTerms terms = new() { Action = action, Filter = filter ?? "", Rate = rate, Reason = body.Text("reason") ?? "", ForGood = ForGood(body, action) };
        body.End();
        if ((places is null ? 0 : 1) + (filter is null ? 0 : 1) + (all ? 1 : 0) != 1)
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body has not one of places, filter and all.");
        if (rate > MostRate || rate > 0 && places is not null)
            throw FieldText.Wrong("rate", "a rate up to 1,000,000, for filter and all");
        using var turn = links.Take(call.Partition);
        if (filter is null && rate == 0)
        {
            await AnswerAsync(call, await turn.Broker.DeadLetters.DoAsync(call.Queue, call.Group, terms, all ? null : places, call.Gone));
            return;
        }
        await AnswerAsync(call, await turn.Broker.DeadLetters.BeginAsync(call.Queue, call.Group, terms, call.Gone), StatusCodes.Status202Accepted);
    }

    private static bool ForGood(BodyFields body, DeadAction action) => action == DeadAction.Purge && (body.Flag("forGood") ?? false);

    private async Task ListOperationsAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        GroupName? group = call.Query.Text("group") is { } name ? FieldText.Group(name) : null;
        await JsonAnswer.WriteListAsync(call, "operations", turn.Broker.DeadLetters.ListAsync(call.Queue, group, call.Gone), DeadOperationJson.Write);
    }

    private async Task ShowOperationAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.DeadLetters.ShowAsync(call.Queue, call.Group, Id(call), call.Gone));
    }

    private async Task ListResultsAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        var results = turn.Broker.DeadLetters.ResultsAsync(call.Queue, call.Group, Id(call), call.Gone);
        await JsonAnswer.WriteListAsync(call, "results", results, DeadOperationJson.Write);
    }

    private async Task CancelAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.DeadLetters.CancelAsync(call.Queue, call.Group, Id(call), call.Gone));
    }

    private async Task UndoAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        string reason = body.Text("reason") ?? "";
        body.End();
        using var turn = links.Take(call.Partition);
        await AnswerAsync(call, await turn.Broker.DeadLetters.UndoAsync(call.Queue, call.Group, Id(call), reason, call.Gone));
    }

    private static DeadOperationId Id(ApiCall call) => FieldText.Operation("number", call["number"]);

    private static Task AnswerAsync(ApiCall call, DeadOperation operation, int status = StatusCodes.Status200OK) =>
        JsonAnswer.WriteAsync(call, writer => DeadOperationJson.Write(writer, operation), status);

    private static Task AnswerAsync(ApiCall call, DeadDone done) => JsonAnswer.WriteAsync(call, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("messages", done.Messages);
        DeadIdJson.Write(writer, "operation", done.Operation);
        writer.WriteEndObject();
    });
}
