using System.Text;
using System.Text.Json;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Settles leases by their handles: <c>{"verb":"ack","handles":[…]}</c>, or a verb for each in <c>settles</c>. Thread-safe.
/// </summary>
internal sealed class SettleRequests(HttpLinks links, BodyMemory memory)
{
    private static readonly Dictionary<string, SettleVerb> Verbs = new()
    {
        ["ack"] = SettleVerb.Ack,
        ["nack"] = SettleVerb.Nack,
        ["release"] = SettleVerb.Release,
        ["extend"] = SettleVerb.Extend,
        ["reject"] = SettleVerb.Reject,
    };

    private readonly GroupNames _names = new(links);

    /// <summary>Settles and answers.</summary>
    public async Task RunAsync(ApiCall call)
    {
        var of = (call.Queue, call.Group);
        var wanted = await ReadAsync(call);
        var handles = wanted.Select(one => HandleOf(one.Handle)).ToArray();
        var errors = new ForewaveException?[wanted.Count];
        var each = Enumerable.Range(0, handles.Length).GroupBy(place => handles[place]?.Partition).ToArray();
        if (each.Length == 0)
            await _names.FindAsync(of, null, [], call.Gone);
        else if (each.Length == 1)
            await SettleAsync(of, wanted, each[0], errors, call.Gone);
        else
            await Task.WhenAll(each.Select(some => TrySettleAsync(of, wanted, some, errors, call.Gone)));
        await AnswerAsync(call, wanted, errors);
    }

    // What one partition refuses is the others' no concern.
    private async Task TrySettleAsync(
        (QueueName Queue, GroupName Group) of, IReadOnlyList<WantedSettle> wanted, IGrouping<PartitionNumber?, int> places, ForewaveException?[] errors, CancellationToken gone)
    {
        try
        {
            await SettleAsync(of, wanted, places, errors, gone);
        }
        catch (ForewaveException failure)
        {
            foreach (int place in places)
                errors[place] ??= failure;
        }
    }

    // Those of one partition; null: what is no handle at all.
    private async Task SettleAsync(
        (QueueName Queue, GroupName Group) of, IReadOnlyList<WantedSettle> wanted, IGrouping<PartitionNumber?, int> places, ForewaveException?[] errors, CancellationToken gone)
    {
        var ids = await _names.FindAsync(of, places.Key, places.Select(place => IdsOf(wanted[place].Handle)).OfType<GroupIds>(), gone);
        List<int> mine = [];
        foreach (int place in places)
        {
            if (IdsOf(wanted[place].Handle) == ids)
                mine.Add(place);
            else
                errors[place] = new ForewaveException(ErrorCode.HandleInvalid);
        }
        SettleRun[] runs = [.. mine.Select(place => RunOf(wanted[place], HandleOf(wanted[place].Handle)!.Value))];
        if (runs.Length == 0)
            return;
        foreach (var (run, error) in await links.Settling.SettleAsync(places.Key!.Value, runs, gone))
            errors[mine[run]] = error;
    }

    private static LeaseHandle? HandleOf(string text) => LeaseHandle.TryParse(text, out var handle) ? handle : null;

    private static GroupIds? IdsOf(string text) => HandleOf(text) is { } handle ? new GroupIds(handle.Queue, handle.Group) : null;

    private static SettleRun RunOf(in WantedSettle wanted, LeaseHandle handle)
    {
        return new SettleRun
        {
            Queue = handle.Queue,
            Group = handle.Group,
            First = handle.Offset,
            Count = 1,
            Attempt = handle.Attempt,
            Epoch = handle.Epoch,
            Verb = wanted.Verb,
            Delay = wanted.Delay,
            Reason = Encoding.UTF8.GetBytes(wanted.Reason),
        };
    }

    private async ValueTask<IReadOnlyList<WantedSettle>> ReadAsync(ApiCall call)
    {
        using var body = await BodyFields.ReadAsync(call, memory);
        if (body.Objects("settles", ReadOne) is { } settles)
        {
            body.End();
            return settles;
        }
        var shared = ReadTerms(body, "");
        var handles = body.Texts("handles") ?? throw new ForewaveException(ErrorCode.RequestInvalid, "The body has neither handles nor settles.");
        body.End();
        return [.. handles.Select(handle => shared with { Handle = handle })];
    }

    private static WantedSettle ReadOne(BodyFields fields)
    {
        var wanted = ReadTerms(fields, fields.Text("handle") ?? throw new ForewaveException(ErrorCode.RequestInvalid, "A settle has no handle."));
        fields.End();
        return wanted;
    }

    private static WantedSettle ReadTerms(BodyFields fields, string handle)
    {
        var verb = fields.OneOf("verb", Verbs) ?? SettleVerb.Ack;
        var delay = fields.Duration("delay");
        var extension = fields.Duration("visibility");
        string reason = fields.Text("reason") ?? "";
        if (delay is not null && verb != SettleVerb.Nack)
            throw FieldText.Wrong("delay", "for any verb but nack");
        if (extension is not null != (verb == SettleVerb.Extend))
            throw FieldText.Wrong("visibility", "for any verb but extend, which needs it");
        if (Encoding.UTF8.GetByteCount(reason) > Limits.ReasonBytes)
            throw FieldText.Wrong("reason", $"at most {Limits.ReasonBytes} bytes of UTF-8");
        if (reason.Length > 0 && verb is not (SettleVerb.Nack or SettleVerb.Reject))
            throw FieldText.Wrong("reason", "for any verb but nack and reject");
        return new WantedSettle { Handle = handle, Verb = verb, Delay = extension ?? delay ?? TimeSpan.Zero, Reason = reason };
    }

    private static Task AnswerAsync(ApiCall call, IReadOnlyList<WantedSettle> wanted, ForewaveException?[] errors)
    {
        int failed = errors.Count(error => error is not null);
        if (failed == 1 && wanted.Count == 1)
            return ProblemAnswer.WriteAsync(call.Context, errors[0]!);
        int status = failed == 0 ? StatusCodes.Status200OK : StatusCodes.Status207MultiStatus;
        return JsonAnswer.WriteAsync(call, writer => Write(writer, wanted, errors), status);
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<WantedSettle> wanted, ForewaveException?[] errors)
    {
        writer.WriteStartObject();
        writer.WriteNumber("settled", errors.Count(error => error is null));
        writer.WriteStartArray("failures");
        for (int i = 0; i < errors.Length; i++)
        {
            if (errors[i] is not { } error)
                continue;
            writer.WriteStartObject();
            writer.WriteString("handle", wanted[i].Handle);
            writer.WritePropertyName("error");
            ProblemAnswer.Write(writer, error);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
