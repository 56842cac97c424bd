using System.Buffers;
using System.Text.Json;
using Forewave.Protocol;
using Forewave.Server.Http.Requests;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Answers;

/// <summary>Errors as problem documents (RFC 9457) with the numbers of the wire and what they mean for what was to be stored.</summary>
internal static class ProblemAnswer
{
    /// <summary>Answers with a problem; ends the connection where an answer has begun already.</summary>
    public static async Task WriteAsync(HttpContext context, ForewaveException error)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return;
        }
        ArrayBufferWriter<byte> bytes = new(512);
        using (Utf8JsonWriter writer = new(bytes, JsonAnswer.Options))
            Write(writer, error);
        bytes.Write("\n"u8);
        response.StatusCode = StatusOf(error.Code);
        response.ContentType = ContentTypes.Problem;
        response.ContentLength = bytes.WrittenCount;
        if (error.RetryAfter is { } pause)
            response.Headers.RetryAfter = Seconds(pause);
        await response.BodyWriter.WriteAsync(bytes.WrittenMemory);
    }

    /// <summary>The problem as one JSON object.</summary>
    public static void Write(Utf8JsonWriter writer, ForewaveException error)
    {
        bool isKnown = ErrorTable.TryGet((uint)error.Code, out var entry);
        writer.WriteStartObject();
        writer.WriteString("type", $"urn:forewave:error:{(uint)error.Code}");
        writer.WriteString("title", isKnown ? entry!.Happened : "A failure that this version does not know.");
        writer.WriteNumber("status", StatusOf(error.Code));
        writer.WriteString("detail", DetailOf(error, entry));
        writer.WriteNumber("number", (uint)error.Code);
        writer.WriteString("name", isKnown ? entry!.Name : "Unknown");
        writer.WriteString("stored", error.Stored == StoredOutcome.No ? "no" : "unknown");
        writer.WriteString("retry", error.Retry switch
        {
            RetryAdvice.Same => "same",
            RetryAdvice.Elsewhere => "elsewhere",
            _ => "never",
        });
        if (error.RetryAfter is { } pause)
            writer.WriteNumber("retryAfterMilliseconds", (long)pause.TotalMilliseconds);
        writer.WriteEndObject();
    }

    /// <summary>The status of an answer with this error.</summary>
    public static int StatusOf(ErrorCode code) =>
        ErrorTable.TryGet((uint)code, out var entry) ? entry.HttpStatus : StatusCodes.Status500InternalServerError;

    // The broker's words have the advice in them already.
    private static string DetailOf(ForewaveException error, ErrorEntry? entry)
    {
        string happened = error.Detail ?? entry?.Happened ?? "";
        return entry is null || happened.EndsWith(entry.Advice, StringComparison.Ordinal) ? happened : $"{happened} {entry.Advice}";
    }

    private static string Seconds(TimeSpan pause) =>
        ((long)Math.Ceiling(pause.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
