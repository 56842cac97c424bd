using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Http;

/// <summary>
/// What becomes of a request that failed: a problem document for the client, and where it is the broker's own fault a line in the
/// log. Thread-safe; it never throws.
/// </summary>
internal sealed class HttpFaults(ILogger logger)
{
    /// <summary>Answers.</summary>
    public async Task AnswerAsync(HttpContext context, Exception failure)
    {
        try
        {
            if (failure is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
                return;
            var error = ErrorOf(failure);
            if (error.Code == ErrorCode.BrokerFault)
                Log(context, failure);
            await ProblemAnswer.WriteAsync(context, error);
        }
        catch (Exception late) when (late is OperationCanceledException or IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The client is gone, or the server has ended its connection: nobody hears of it.
            context.Abort();
        }
    }

    // Who asked knows the trace: where there is no span of the request, the line has it from there.
    private void Log(HttpContext context, Exception failure)
    {
        bool isTold = Activity.Current is null & ActivityContext.TryParse(context.Request.Headers.TraceParent, null, out var trace);
        using var scope = !isTold ? null : logger.BeginScope(new KeyValuePair<string, object?>[]
        {
            new("TraceId", trace.TraceId.ToHexString()), new("SpanId", trace.SpanId.ToHexString()),
        });
        ServerLog.RequestFaulted(logger, context.Request.Method, failure);
    }

    /// <summary>The error that a failure is answered with.</summary>
    public static ForewaveException ErrorOf(Exception failure) => failure switch
    {
        ForewaveException { Code: ErrorCode.ClientClosed } closed => new ForewaveException(ErrorCode.ShuttingDown, inner: closed),
        ForewaveException known => known,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => new ForewaveException(ErrorCode.BodyTooLarge, inner: large),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow => new ForewaveException(ErrorCode.RequestTooSlow, inner: slow),
        BadHttpRequestException broken => new ForewaveException(ErrorCode.RequestInvalid, "The body of the request is broken.", broken),
        OperationCanceledException or ObjectDisposedException => new ForewaveException(ErrorCode.ShuttingDown, inner: failure),
        _ => new ForewaveException(ErrorCode.BrokerFault, inner: failure),
    };
}
