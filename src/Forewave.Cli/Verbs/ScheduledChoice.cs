using System.CommandLine;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>Which scheduled messages a verb means: those with the given ids, or those of a queue with a key.</summary>
internal sealed class ScheduledChoice
{
    private readonly Argument<string[]> _ids = new("ID") { Description = "message ids", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<QueueName?> _queue = Parsing.OptionalQueue("--queue");
    private readonly Option<string?> _key = Parsing.OptionalText("--key").Saying("every scheduled message of the queue with this key");

    /// <summary>Gives a command its arguments.</summary>
    public void AddTo(Command command)
    {
        command.Add(_ids);
        command.Add(_queue);
        command.Add(_key);
    }

    /// <summary>The ids that were given; empty: by key.</summary>
    /// <exception cref="UsageException">Neither ids nor a queue and a key were given, or both, or a text is no id.</exception>
    public IReadOnlyList<MessageId> Ids(ParseResult parsed)
    {
        string[] texts = parsed.GetValue(_ids) ?? [];
        var (queue, key) = (parsed.GetValue(_queue), parsed.GetValue(_key));
        bool isWhole = texts.Length > 0 ? queue is null && key is null : queue is not null && key is not null;
        if (!isWhole)
            throw new UsageException("give message ids, or --queue and --key");
        return [.. texts.Select(IdOf)];
    }

    /// <summary>The queue, where no ids were given.</summary>
    public QueueName Queue(ParseResult parsed) => parsed.GetValue(_queue)!.Value;

    /// <summary>The key, where no ids were given.</summary>
    public string Key(ParseResult parsed) => parsed.GetValue(_key)!;

    private static MessageId IdOf(string text) =>
        MessageId.TryParse(text, out var id) ? id : throw UsageException.Of(ErrorCode.MessageIdInvalid, $"'{text}' is no message id, such as 0-0000100000000001");
}
