using System.Diagnostics;
using System.Text;
using Forewave.Client;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Forewave.Server.Http.Publishing;

/// <summary>What belongs to a message whose body is the body of the request: from the request's headers.</summary>
internal static class MessageForm
{
    /// <summary>The header of a message with its content type, where one was told.</summary>
    public const string ContentType = "content-type";

    // W3C asks for that much of a tracestate to be passed on; what is longer may be left out.
    private const int MostState = 512;

    /// <summary>The message; its body is the caller's.</summary>
    /// <exception cref="ForewaveException">A header cannot be read.</exception>
    public static Message Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body)
    {
        string? contentType = ContentTypes.Told(headers.ContentType);
        var named = headers["Forewave-Header"];
        Message message = new(body)
        {
            Keys = KeysOf(headers["Forewave-Key"]),
            Tag = One(headers, "Forewave-Tag"),
            OrderingKey = One(headers, "Forewave-Ordering-Key"),
            Priority = PriorityOf(One(headers, "Forewave-Priority")),
            Delay = DurationOf(headers, "Forewave-Delay"),
            DeliverAt = TimeOf(headers, "Forewave-Deliver-At"),
            TimeToLive = LifeOf(headers),
            ExpiresAt = TimeOf(headers, "Forewave-Expires-At"),
            DeduplicationId = One(headers, "Idempotency-Key"),
            Headers = contentType is null && named.Count == 0 ? default : HeadersOf(contentType, named),
        };
        return InTrace(headers, message);
    }

    /// <summary>A message in the trace that the request is a part of, where it is in none of its own.</summary>
    public static Message InTrace(IHeaderDictionary headers, in Message message) =>
        TraceOf(headers) is { } trace ? TraceHeaders.In(trace, message) : message;

    /// <summary>A message of an envelope with the request's Idempotency-Key, where it has one.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>: both name a deduplication id.</exception>
    public static Message WithKey(IHeaderDictionary headers, in Message message)
    {
        if (One(headers, "Idempotency-Key") is not { } key)
            return message;
        return message.DeduplicationId is null
            ? message with { DeduplicationId = key }
            : throw new ForewaveException(ErrorCode.RequestInvalid, "The message has a deduplicationId and the request an Idempotency-Key.");
    }

    /// <summary>Refuses an Idempotency-Key where there are many messages: each has a deduplicationId of its own.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>.</exception>
    public static void RefuseKey(IHeaderDictionary headers)
    {
        if (headers["Idempotency-Key"].Count > 0)
            throw new ForewaveException(ErrorCode.RequestInvalid, "An Idempotency-Key is of one message: of many each names its own deduplicationId.");
    }

    private static int? PriorityOf(string? text)
    {
        if (text is null)
            return null;
        long priority = FieldText.Whole("Forewave-Priority", text);
        return priority <= Limits.MaxPriority ? (int)priority : throw FieldText.Wrong("Forewave-Priority", "a number from 0 to 9");
    }

    // A header that is a list may come as one line or as many: clients and proxies join them.
    private static string[] KeysOf(StringValues values) => values.Count == 0
        ? []
        : [.. values.OfType<string>().SelectMany(line => line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    private static string? One(IHeaderDictionary headers, string name)
    {
        var values = headers[name];
        if (values.Count > 1)
            throw new ForewaveException(ErrorCode.RequestInvalid, $"The header {name} comes twice.");
        string? value = values.Count == 0 ? null : values[0];
        return value?.Length == 0 ? throw FieldText.Wrong(name, "a text of at least one character") : value;
    }

    private static TimeSpan DurationOf(IHeaderDictionary headers, string name) =>
        One(headers, name) is { } text ? FieldText.Duration(name, text) : TimeSpan.Zero;

    private static DateTimeOffset? TimeOf(IHeaderDictionary headers, string name) =>
        One(headers, name) is { } text ? FieldText.Time(name, text) : null;

    private static TimeSpan LifeOf(IHeaderDictionary headers)
    {
        if (One(headers, "Forewave-Ttl") is not { } text)
            return TimeSpan.Zero;
        var life = FieldText.Duration("Forewave-Ttl", text);
        return life > TimeSpan.Zero ? life : throw FieldText.Wrong("Forewave-Ttl", "more than 0s");
    }

    // Unless the process that the broker lives in has a span of its own for it.
    private static (string Parent, string? State)? TraceOf(IHeaderDictionary headers)
    {
        string? trace = headers.TraceParent;
        if (trace is null || Activity.Current is not null || !ActivityContext.TryParse(trace, null, out _))
            return null;
        string? state = headers.TraceState;
        return (trace, state?.Length is > 0 and <= MostState ? state : null);
    }

    private static KeyValuePair<string, ReadOnlyMemory<byte>>[] HeadersOf(string? contentType, StringValues named)
    {
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> headers = new(named.Count + 1);
        if (contentType is not null)
            headers.Add(new(ContentType, Encoding.UTF8.GetBytes(contentType)));
        foreach (string? text in named)
        {
            int sign = text!.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0)
                throw FieldText.Wrong("Forewave-Header", "NAME=VALUE");
            headers.Add(new(text[..sign], Encoding.UTF8.GetBytes(text[(sign + 1)..])));
        }
        return [.. headers];
    }
}
