using System.Text;
using System.Text.Json;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;

namespace Forewave.Server.Http.Operations;

/// <summary>Messages: found, shown, traced, waited for. Thread-safe.</summary>
internal sealed class MessageOperations(HttpLinks links)
{
    private const string Path = "/v1/queues/{queue}/messages";
    private static readonly CountRange Found = new() { UnlessTold = 100, Most = Limits.SearchPageMessages };

    private static readonly Dictionary<string, OutcomeKind> Kinds = new()
    {
        ["stored"] = OutcomeKind.Stored, ["delivered"] = OutcomeKind.Delivered, ["final"] = OutcomeKind.Final,
    };

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new()
        {
            Id = "findMessages", Method = "GET", Path = Path, Right = ApiRight.Look, Run = FindAsync,
            Query = ["partition", "key", "tag", "header+", "from", "to", "fromOffset", "content", "max", "resume"],
        },
        new() { Id = "showMessage", Method = "GET", Path = Path + "/{id}", Right = ApiRight.Look, Run = ShowAsync },
        new() { Id = "traceMessage", Method = "GET", Path = Path + "/{id}/trace", Right = ApiRight.Look, Run = TraceAsync },
        new() { Id = "awaitOutcome", Method = "GET", Path = Path + "/{id}/outcome", Right = ApiRight.Look, Run = AwaitAsync, Query = ["group", "until", "wait"] },
    ];

    /// <summary>Which messages a query asks for.</summary>
    public static MessageFilter FilterOf(QueryFields query) => new()
    {
        Key = query.Text("key"),
        Tags = query.Tags("tag"),
        Headers = [.. query.All("header").Select(HeaderOf)],
        From = query.Time("from"),
        To = query.Time("to"),
        FromOffset = query.Offset("fromOffset"),
    };

    /// <summary>A message of this queue; one of another is not found under this path.</summary>
    public static async ValueTask<MessageDetails> ShowAsync(BrokerAdministration broker, ApiCall call)
    {
        var queue = call.Queue;
        var message = await broker.Messages.ShowAsync(call.Message, call.Gone);
        return message.Queue == queue ? message : throw new ForewaveException(ErrorCode.MessageNotFound, "The message is not in this queue.");
    }

    private async Task FindAsync(ApiCall call)
    {
        PageSize size = new() { Messages = call.Query.Count("max", Found), WithContent = call.Query.Flag("content") };
        using var turn = links.Take(call.Partition);
        var page = await turn.Broker.Search.FindPageAsync(call.Queue, FilterOf(call.Query), size, call.Query.Text("resume"), call.Gone);
        await JsonAnswer.WriteAsync(call, writer => Write(writer, page));
    }

    private async Task ShowAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        var message = await ShowAsync(turn.Broker, call);
        await JsonAnswer.WriteAsync(call, writer => MessageDetailsJson.Write(writer, message));
    }

    private async Task TraceAsync(ApiCall call)
    {
        using var turn = links.Take(call.Partition);
        await ShowAsync(turn.Broker, call);
        var trace = await turn.Broker.Messages.TraceAsync(call.Message, call.Gone);
        await JsonAnswer.WriteAsync(call, writer => MessageTraceJson.Write(writer, trace));
    }

    private async Task AwaitAsync(ApiCall call)
    {
        var group = FieldText.Group(call.Query.Text("group") ?? throw FieldText.Wrong("group", "there"));
        string until = call.Query.Text("until") ?? "final";
        if (!Kinds.TryGetValue(until, out var kind))
            throw FieldText.Wrong("until", "stored, delivered or final");
        var wait = call.Query.Duration("wait") ?? TimeSpan.Zero;
        if (wait > Limits.MaxOutcomeWait)
            throw FieldText.Wrong("wait", "at most 60s");
        using var turn = links.Take(call.Partition);
        await ShowAsync(turn.Broker, call);
        var outcome = await turn.Desk.Outcomes.WaitAsync(call.Message, group, kind, wait, call.Gone);
        await call.ReviewAsync();
        await JsonAnswer.WriteAsync(call, writer => MessageOutcomeJson.Write(writer, call.Message, outcome));
    }

    private static KeyValuePair<string, ReadOnlyMemory<byte>?> HeaderOf(string text)
    {
        int sign = text.IndexOf('=', StringComparison.Ordinal);
        return sign < 0 ? new(text, null) : new(text[..sign], Encoding.UTF8.GetBytes(text[(sign + 1)..]));
    }

    private static void Write(Utf8JsonWriter writer, FoundPage page)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("messages");
        foreach (var message in page.Messages)
            FoundJson.Write(writer, message);
        writer.WriteEndArray();
        writer.WriteBoolean("complete", page.Resume is null);
        if (page.Resume is not null)
            writer.WriteString("resume", page.Resume);
        writer.WriteNumber("lookedAt", page.LookedAt);
        if (page.ReachedTime is { } reached)
            writer.WriteString("reachedTime", reached);
        writer.WriteNumber("left", page.Left);
        if (page.PartitionsLeft > 0)
            writer.WriteNumber("partitionsLeft", page.PartitionsLeft);
        writer.WriteNumber("damaged", page.Damaged);
        UnansweredJson.Write(writer, page.Unanswered);
        writer.WriteEndObject();
    }
}
