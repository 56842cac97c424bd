using System.Diagnostics;
using Forewave.Server.Http.Routing;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http;

/// <summary>
/// Spans of requests to the HTTP API under the name <see cref="Name"/>, as OpenTelemetry has them for servers, in the trace of the request.
/// Costs a look at a flag while nobody listens. Thread-safe.
/// </summary>
internal static class HttpSpans
{
    /// <summary>The name of the activity source.</summary>
    public const string Name = "Forewave.Server";

    private static readonly ActivitySource Source = new(Name, typeof(HttpSpans).Assembly.GetName().Version?.ToString(3));

    /// <summary>Begins the span of a request, which is the current one from then on; null: nobody wants it.</summary>
    public static Activity? Start(HttpContext context, ApiOperation operation)
    {
        if (!Source.HasListeners())
            return null;
        var headers = context.Request.Headers;
        // Where the process that the broker lives in has a span of its own for the request, that is the parent.
        ActivityContext parent = default;
        if (Activity.Current is null && !ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out parent))
            parent = default;
        var span = Source.StartActivity($"{operation.Method} {operation.Path}", ActivityKind.Server, parent);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("http.request.method", operation.Method);
            span.SetTag("http.route", operation.Path);
            span.SetTag("url.scheme", context.Request.Scheme);
            span.SetTag("url.path", context.Request.Path.Value);
        }
        return span;
    }

    /// <summary>The request was answered.</summary>
    public static void Answered(Activity? span, int status)
    {
        if (span is not { IsAllDataRequested: true })
            return;
        span.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        span.SetTag("error.type", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        span.SetStatus(ActivityStatusCode.Error);
    }
}
