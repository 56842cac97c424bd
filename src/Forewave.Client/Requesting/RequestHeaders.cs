using System.Text;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Client.Requesting;

/// <summary>
/// The headers that make a message a request or a reply: text in UTF-8. docs/guides/request-reply.md lists them, so that programs
/// in other languages take part. Stateless.
/// </summary>
internal static class RequestHeaders
{
    /// <summary>Of a request: the queue that its reply goes to.</summary>
    public const string ReplyTo = "forewave-reply-to";

    /// <summary>Of both: 32 hex digits, made anew for each request.</summary>
    public const string Correlation = "forewave-correlation";

    /// <summary>Of a reply: why the request failed; without it the reply is the answer.</summary>
    public const string Failure = "forewave-failure";

    /// <summary>The message with more headers.</summary>
    public static Message With(this in Message message, params ReadOnlySpan<(string Name, string Value)> added)
    {
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> headers = [.. message.Headers.Span];
        foreach ((string name, string value) in added)
        {
            headers.Add(new(name, Encoding.UTF8.GetBytes(value)));
        }

        return message with { Headers = headers.ToArray() };
    }

    /// <summary>A header's text; null where the message has none.</summary>
    public static string? Read(in ReceivedMessage message, string name) =>
        message.TryGetHeader(Encoding.UTF8.GetBytes(name), out ReadOnlyMemory<byte> value) ? Encoding.UTF8.GetString(value.Span) : null;

    /// <summary>Where the reply to a request goes, and what it carries; null: the message is no request.</summary>
    public static (QueueName Queue, string Correlation)? AddressOf(in ReceivedMessage message) =>
        QueueName.TryParse(Read(message, ReplyTo) ?? "", out QueueName queue) && Read(message, Correlation) is { Length: > 0 } correlation
            ? (queue, correlation)
            : null;
}
