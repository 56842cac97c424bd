using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Listeners;
using Forewave.Server.Metrics;
using Microsoft.AspNetCore.Http;

namespace Forewave.Server.Http;

/// <summary>
/// What the HTTP port answers besides the API, which has all other paths: <c>/health/live</c> (503 when the partition stopped: a restart is what it needs),
/// <c>/health/ready</c> (503 while it cannot serve) and <c>/metrics</c>, for any user where there are users. GET and HEAD only; it changes nothing. Thread-safe.
/// </summary>
internal sealed class HttpRequests(HostParts parts)
{
    /// <summary>Answers one request.</summary>
    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/health/live" => LookAsync(context, AnswerLiveAsync),
        "/health/ready" => LookAsync(context, AnswerReadyAsync),
        "/metrics" => LookAsync(context, AnswerMetricsAsync),
        _ => parts.Api is { } api ? api.HandleAsync(context) : AnswerAsync(context, StatusCodes.Status404NotFound, "there are /health/live, /health/ready and /metrics"),
    };

    // On the thread pool: the thread that it came on belongs to sockets.
    private static async Task LookAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        await Task.Yield();
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            await answer(context);
            return;
        }
        context.Response.Headers.Allow = "GET, HEAD";
        await ProblemAnswer.WriteAsync(context, new ForewaveException(ErrorCode.MethodNotAllowed));
    }

    private Task AnswerLiveAsync(HttpContext context) => parts.Door.Failure is { } failure
        ? AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, $"stopped: {failure.Message}")
        : AnswerAsync(context, StatusCodes.Status200OK, "live");

    private Task AnswerReadyAsync(HttpContext context)
    {
        if (parts.Door.Failure is not null)
            return AnswerLiveAsync(context);
        if (parts.Door.Engine is { IsDraining: true })
            return AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "draining");
        var readiness = parts.Readiness.Current;
        int status = readiness == Readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        string text = readiness.ToString().ToLowerInvariant();
        return AnswerAsync(context, status, readiness is Readiness.Waiting or Readiness.Following or Readiness.TakingOver ? $"{text}: {parts.Door.Refusal().Detail}" : text);
    }

    private async Task AnswerMetricsAsync(HttpContext context)
    {
        try
        {
            await parts.Guard.CheckAsync(context);
        }
        catch (ForewaveException refusal)
        {
            await ProblemAnswer.WriteAsync(context, refusal);
            return;
        }
        await AnswerMetricsFreelyAsync(context);
    }

    private async Task AnswerMetricsFreelyAsync(HttpContext context)
    {
        if (parts.Metrics is not { } metrics)
        {
            await AnswerAsync(context, StatusCodes.Status404NotFound, "metrics are switched off");
            return;
        }
        var format = ExpositionChoice.Of(context.Request.Headers.Accept);
        PrometheusWriter writer = new(format);
        metrics.WriteTo(writer);
        ProcessMetrics.WriteTo(writer);
        writer.WriteEnd();
        context.Response.ContentType = ExpositionChoice.MediaTypeOf(format);
        context.Response.Headers.Vary = "Accept";
        context.Response.ContentLength = writer.Written.Length;
        await context.Response.Body.WriteAsync(writer.Written, context.RequestAborted);
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text + "\n", context.RequestAborted);
    }
}
