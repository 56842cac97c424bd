using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Forewave.Cli.Output;
using Forewave.Cli.Publishing;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave publish</c>: one message from the command line, or one per line of a file or of stdin. Prints each message's id
/// when it is stored, in the order of the input.
/// </summary>
internal static class PublishVerb
{
    /// <summary>Through a restart of the broker, or a failover by hand.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<string?> Body = new("BODY") { Description = "the message, '' for an empty one; else --file or stdin", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> InputFile = Parsing.OptionalPath("--file").Saying("one message per line");
    private static readonly Option<string[]> Keys = Parsing.Texts("--key").Saying("for look-up; may be repeated");
    private static readonly Option<string?> Tag = Parsing.OptionalText("--tag").Saying("for the tag filter of groups");
    private static readonly Option<string[]> Headers = new("--header") { Description = "may be repeated", HelpName = "K=V" };
    private static readonly Option<string?> Order = Parsing.OptionalText("--order").Saying("ordering key: its messages come one after the other");
    private static readonly Option<int?> Priority = Parsing.OptionalNumber("--priority", new() { Least = 0, Most = Limits.MaxPriority }).Saying("0 to 9, the highest first; else 4");
    private static readonly Option<TimeSpan?> Delay = Parsing.OptionalDuration("--delay", ErrorCode.DeliveryTimeInvalid).Saying("not delivered before so long after its arrival");
    private static readonly Option<DateTimeOffset?> At = Parsing.OptionalTime("--at", ErrorCode.DeliveryTimeInvalid).Saying("not delivered before that time");
    private static readonly Option<TimeSpan?> TimeToLive = Parsing.OptionalDuration("--ttl", ErrorCode.ExpiryTimeInvalid).Saying("not delivered any more so long after its arrival");
    private static readonly Option<string?> Dedup = Parsing.OptionalText("--dedup").Saying("deduplication id, with BODY: a second one is not stored");
    private static readonly Option<Durability?> Required = Parsing.OptionalDurability("--durability").Saying($"what a receipt has to say at least, else the message counts as failed, though it is stored: {DurabilityText.Choices}");
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("publish", "Publish a message, or one per line of a file or of stdin")
        {
            Queue, Body, InputFile, Keys, Tag, Headers, Order, Priority, Delay, At, TimeToLive, Dedup, Required, Server, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        CheckInput(parsed);
        Message form = new()
        {
            Keys = parsed.GetValue(Keys) ?? [],
            Tag = parsed.GetValue(Tag),
            Headers = HeadersOf(parsed.GetValue(Headers) ?? []),
            OrderingKey = parsed.GetValue(Order),
            Priority = parsed.GetValue(Priority),
            Delay = parsed.GetValue(Delay) ?? TimeSpan.Zero,
            TimeToLive = LifeOf(parsed.GetValue(TimeToLive)),
            DeliverAt = parsed.GetValue(At),
            DeduplicationId = parsed.GetValue(Dedup),
        };
        form.Check(TimeProvider.System);
        await using var client = ClientOptions.Connect(parsed.GetRequiredValue(Server));
        await client.ReachAsync(stop);
        await using var producer = client.CreateProducer(new ProducerOptions
        {
            DeliveryDeadline = Deadline, RequiredDurability = parsed.GetValue(Required), RetryPolicy = new RefusalPolicy(isOne: parsed.GetValue(Body) is not null, Console.Error) { Stop = stop },
        });
        using OutputBuffer output = new();
        ReceiptPrinter printer = new(output, parsed.GetValue(Json));
        using ProgressLine progress = new(() => printer.Stored, "published");
        LinePublishing publishing = new(producer, parsed.GetRequiredValue(Queue), form);
        if (parsed.GetValue(Body) is { } body)
            await publishing.PublishOneAsync(Encoding.UTF8.GetBytes(body), printer);
        else
            await RunAsync(publishing, Input(parsed), printer, stop);
        progress.Dispose();
        output.Flush();
        return Outcome(printer, stop);
    }

    // An option that is not known would else be published: the parser takes it for the body.
    private static void CheckInput(ParseResult parsed)
    {
        var body = parsed.GetValue(Body);
        if (body is not null && parsed.GetValue(InputFile) is not null)
            throw new UsageException("give BODY or --file, not both");
        if (parsed.GetValue(Delay) is not null && parsed.GetValue(At) is not null)
            throw new UsageException("give --delay or --at, not both");
        if (parsed.GetValue(Dedup) is not null && body is null)
            throw new UsageException("--dedup is the id of one message: give BODY");
        bool isOption = body is ['-', _, ..] && !parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash);
        if (isOption)
            throw new UsageException($"there is no option {body}; a body that begins with '-' comes after --");
    }

    private static int Outcome(ReceiptPrinter printer, CancellationToken stop)
    {
        if (printer.FirstFailure is { } failure)
            Console.Error.WriteLine($"forewave: {printer.Failures} of {printer.Failures + printer.Stored} not published, the first: {failure.Message}");
        if (printer is { Stored: 0, FirstFailure: { } refusal })
            return ExitCode.Of(refusal);
        return printer.Failures > 0 || stop.IsCancellationRequested ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task RunAsync(LinePublishing publishing, Stream input, ReceiptPrinter printer, CancellationToken stop)
    {
        await using (input)
            await publishing.RunAsync(input, printer, stop);
    }

    private static Stream Input(ParseResult parsed) => parsed.GetValue(InputFile) is { } file
        ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0)
        : Console.OpenStandardInput();

    private static TimeSpan LifeOf(TimeSpan? life) => life is null || life > TimeSpan.Zero
        ? life ?? TimeSpan.Zero
        : throw UsageException.Of(ErrorCode.ExpiryTimeInvalid, "--ttl is more than 0s");

    private static KeyValuePair<string, ReadOnlyMemory<byte>>[] HeadersOf(string[] texts) => [.. texts.Select(HeaderOf)];

    private static KeyValuePair<string, ReadOnlyMemory<byte>> HeaderOf(string text)
    {
        int sign = text.IndexOf('=');
        return sign > 0
            ? new(text[..sign], Encoding.UTF8.GetBytes(text[(sign + 1)..]))
            : throw new UsageException($"--header is NAME=VALUE, not '{text}'");
    }
}
