using System.Text.Encodings.Web;
using System.Text.Json;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http.Answers;

/// <summary>Answers in JSON, with an end of line for people.</summary>
internal static class JsonAnswer
{
    private const int FlushBytes = 32 * 1024;

    /// <summary>Nothing is escaped that JSON does not ask for: what is text stays legible, and no browser takes it for a page.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One value.</summary>
    public static async Task WriteAsync(ApiCall call, Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        var response = Begin(call, status);
        await using (Utf8JsonWriter writer = new(response.BodyWriter, Options))
            write(writer);
        await EndAsync(call);
    }

    /// <summary>A list, as it comes: <c>{"name":[…]}</c>, and which partitions are missing in it, <c>"unanswered":[…]</c>, where there are any.</summary>
    public static async Task WriteListAsync<T>(ApiCall call, string name, IAsyncEnumerable<T> entries, Action<Utf8JsonWriter, T> write)
    {
        // What refuses the list as a whole does so at its first entry: before anything was answered.
        await using var walk = entries.GetAsyncEnumerator(call.Gone);
        PartialWalk<T> partial = new(walk);
        bool any = await partial.MoveAsync();
        if (!any)
            partial.ThrowMissing();
        var response = Begin(call, StatusCodes.Status200OK);
        await using (Utf8JsonWriter writer = new(response.BodyWriter, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartArray(name);
            for (; any; any = await partial.MoveAsync())
            {
                write(writer, walk.Current);
                if (writer.BytesPending > FlushBytes)
                    await FlushAsync(call, writer);
            }
            writer.WriteEndArray();
            UnansweredJson.Write(writer, partial.Missing);
            writer.WriteEndObject();
        }
        await EndAsync(call);
    }

    /// <summary>How many messages something touched.</summary>
    public static Task WriteCountAsync(ApiCall call, long messages) => WriteAsync(call, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("messages", messages);
        writer.WriteEndObject();
    });

    /// <summary>Done, and nothing to say.</summary>
    public static Task WriteNothingAsync(ApiCall call)
    {
        call.Context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task FlushAsync(ApiCall call, Utf8JsonWriter writer)
    {
        await writer.FlushAsync(call.Gone);
        await call.Context.Response.BodyWriter.FlushAsync(call.Gone);
    }

    private static HttpResponse Begin(ApiCall call, int status)
    {
        var response = call.Context.Response;
        response.StatusCode = status;
        response.ContentType = ContentTypes.Json;
        response.Headers.CacheControl = "no-store";
        return response;
    }

    private static async Task EndAsync(ApiCall call)
    {
        var writer = call.Context.Response.BodyWriter;
        "\n"u8.CopyTo(writer.GetSpan(1));
        writer.Advance(1);
        await writer.FlushAsync(call.Gone);
    }
}
