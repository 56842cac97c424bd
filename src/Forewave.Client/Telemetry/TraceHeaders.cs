using System.Diagnostics;
using System.Text;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Telemetry;

/// <summary>The W3C trace context of a message: its headers <c>traceparent</c> and <c>tracestate</c>. Stateless.</summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>
    /// The message in the trace of a span. One that is in a trace already stays in that; so does one that has no room for the headers:
    /// to be traced makes no message too large.
    /// </summary>
    public static Message In(Activity? span, in Message message) =>
        span is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? In((id, span.TraceStateString), message) : message;

    /// <summary>The same for a trace as its headers name it: a valid <c>traceparent</c>, and where there is one a <c>tracestate</c>.</summary>
    public static Message In((string Parent, string? State) trace, in Message message)
    {
        if (IsTraced(message))
        {
            return message;
        }

        Message traced = With(message, trace);
        if (Fits(traced))
        {
            return traced;
        }

        Message alone = With(message, (trace.Parent, null));
        return Fits(alone) ? alone : message;
    }

    /// <summary>The trace that a message was put into by who publishes it; default: none.</summary>
    public static ActivityContext ContextOf(in Message message)
    {
        string? parent = null, state = null;
        foreach (KeyValuePair<string, ReadOnlyMemory<byte>> header in message.Headers.Span)
        {
            if (header.Key == TraceParent)
            {
                parent ??= Encoding.UTF8.GetString(header.Value.Span);
            }
            else if (header.Key == TraceState)
            {
                state ??= Encoding.UTF8.GetString(header.Value.Span);
            }
        }

        return ActivityContext.TryParse(parent, state, isRemote: true, out ActivityContext context) ? context : default;
    }

    /// <summary>The trace that a message was published in; default: none.</summary>
    public static ActivityContext ContextOf(in ReceivedMessage message) =>
        ActivityContext.TryParse(TextOf(message, "traceparent"u8), TextOf(message, "tracestate"u8), isRemote: true, out ActivityContext context)
            ? context
            : default;

    private static bool IsTraced(in Message message)
    {
        foreach (KeyValuePair<string, ReadOnlyMemory<byte>> header in message.Headers.Span)
        {
            if (header.Key == TraceParent)
            {
                return true;
            }
        }

        return false;
    }

    private static Message With(in Message message, (string Parent, string? State) trace)
    {
        int given = message.Headers.Length;
        bool hasState = !string.IsNullOrEmpty(trace.State);
        KeyValuePair<string, ReadOnlyMemory<byte>>[] headers = new KeyValuePair<string, ReadOnlyMemory<byte>>[given + (hasState ? 2 : 1)];
        message.Headers.Span.CopyTo(headers);
        headers[given] = new(TraceParent, Encoding.ASCII.GetBytes(trace.Parent));
        if (hasState)
        {
            headers[given + 1] = new(TraceState, Encoding.UTF8.GetBytes(trace.State!));
        }

        return message with { Headers = headers };
    }

    private static bool Fits(in Message message) => MessageWriter.TryMeasure(message.Fields, out _, out FrameProblem _);

    private static string? TextOf(in ReceivedMessage message, ReadOnlySpan<byte> header) =>
        message.TryGetHeader(header, out ReadOnlyMemory<byte> value) ? Encoding.UTF8.GetString(value.Span) : null;
}
