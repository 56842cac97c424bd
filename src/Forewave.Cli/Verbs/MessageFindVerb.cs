using System.CommandLine;
using Forewave.Cli.Searching;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message find</c>: the messages of a queue for which all that is given holds.</summary>
internal static class MessageFindVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<string?> Key = new("--key") { Description = "a key that they have (indexed)", HelpName = "K" };
    private static readonly Option<TagFilter?> Tag = Parsing.TagFilterOption();
    private static readonly Option<string[]> Headers = new("--header") { Description = "a header that they have, NAME=VALUE or NAME", HelpName = "N[=V]" };
    private static readonly Option<DateTimeOffset?> From = Parsing.OptionalTime("--from");
    private static readonly Option<DateTimeOffset?> To = Parsing.OptionalTime("--to");
    private static readonly SearchOptions Options = new();

    public static Command Create()
    {
        Command command = new("find", "Find messages of a queue by key, tag, header and time") { Queue, Key, Tag, Headers, From, To };
        Tag.Description = "what their tag matches: a,b";
        From.Description = "came into the queue then or later";
        To.Description = "came into the queue before";
        Options.AddTo(command);
        return command.With(RunAsync);
    }

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        MessageFilter filter = new()
        {
            Key = parsed.GetValue(Key),
            Tags = parsed.GetValue(Tag),
            Headers = [.. (parsed.GetValue(Headers) ?? []).Select(HeaderCondition.Parse)],
            From = parsed.GetValue(From),
            To = parsed.GetValue(To),
        };
        return new MessageSearching(broker, parsed.GetRequiredValue(Queue), filter).RunAsync(Options.Read(parsed), stop);
    }
}
