using System.Text;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Searching;

/// <summary>
/// Searches step by step until so many messages were found, all were looked at, or it is interrupted; then says what was found and how
/// far it came.
/// </summary>
internal sealed class MessageSearching(BrokerAdministration broker, QueueName queue, MessageFilter filter)
{
    private const int MostAtOnce = 1_000;
    private const int MostBodiesAtOnce = 100;

    private readonly List<FoundMessage> _found = [];
    private FoundPage? _last;
    private long _lookedAt;
    private long _damaged;
    private readonly List<PartitionNumber> _unanswered = [];

    /// <summary>Searches and prints.</summary>
    public async Task RunAsync(SearchPlan plan, CancellationToken stop)
    {
        string? resume;
        using (new ProgressLine(() => Volatile.Read(ref _lookedAt), "messages looked at"))
            resume = await SearchAsync(plan, stop);
        if (plan.Json)
            PrintJson(resume);
        else
            PrintText(resume);
        if (_unanswered.Count > 0)
            throw new ForewaveException(ErrorCode.PartitionsUnanswered, $"Partitions {string.Join(", ", _unanswered.Distinct().Order())} did not answer and were passed over.");
    }

    /// <summary>Returns where it goes on; null: all messages were looked at.</summary>
    private async Task<string?> SearchAsync(SearchPlan plan, CancellationToken stop)
    {
        string? resume = plan.Resume;
        do
        {
            int most = (int)Math.Min(plan.Most - _found.Count, plan.Bodies ? MostBodiesAtOnce : MostAtOnce);
            PageSize size = new() { Messages = most, WithContent = plan.Bodies };
            _last = await broker.Search.FindPageAsync(queue, filter, size, resume, stop);
            _found.AddRange(_last.Messages);
            _lookedAt += _last.LookedAt;
            _damaged += _last.Damaged;
            _unanswered.AddRange(_last.Unanswered);
            resume = _last.Resume;
        }
        while (resume is not null && _found.Count < plan.Most);
        return resume;
    }

    private void PrintJson(string? resume) => JsonResult.Print(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("messages");
        foreach (var message in _found)
            FoundJson.Write(writer, message);
        writer.WriteEndArray();
        writer.WriteBoolean("complete", resume is null);
        if (resume is not null)
            writer.WriteString("resume", resume);
        writer.WriteNumber("lookedAt", _lookedAt);
        if (_last?.ReachedTime is { } reached)
            writer.WriteString("reachedTime", reached);
        writer.WriteNumber("left", _last?.Left ?? 0);
        if (_last is { PartitionsLeft: > 0 } before)
            writer.WriteNumber("partitionsLeft", before.PartitionsLeft);
        writer.WriteNumber("damaged", _damaged);
        UnansweredJson.Write(writer, [.. _unanswered.Distinct().Order()]);
        writer.WriteEndObject();
    });

    private static string PartitionsOf(FoundPage page) => page.PartitionsLeft > 0 ? $", and {page.PartitionsLeft} partitions after them," : "";

    private void PrintText(string? resume)
    {
        TextTable table = new("MESSAGE", "WHERE", "PUBLISHED", "BYTES", "TAG", "KEYS", "BODY");
        foreach (var message in _found)
        {
            string body = message.Content is { } content ? Encoding.UTF8.GetString(content.Body.Span) : "";
            table.Add(
                $"{message.Id}", FoundJson.WhereOf(message), $"{message.PublishTime:yyyy-MM-ddTHH:mm:ss.fffZ}", $"{message.BodyBytes}",
                message.Tag ?? "", string.Join(',', message.Keys), body);
        }
        table.Print();
        if (_damaged > 0)
            Console.Error.WriteLine($"{_damaged} messages could not be read: their bytes rotted on the broker's disk");
        if (resume is not null)
            Console.Error.WriteLine($"there may be more: about {_last!.Left} messages{PartitionsOf(_last)} are left to look at. To go on: --resume {resume}");
    }
}
