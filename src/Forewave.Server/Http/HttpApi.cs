using System.Collections.Concurrent;
using System.Diagnostics;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Consuming;
using Forewave.Server.Http.Events;
using Forewave.Server.Http.Operations;
using Forewave.Server.Http.Publishing;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Listeners;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Forewave.Server.Http;

/// <summary>
/// The HTTP API: finds the operation of a request, asks the guard, runs it, and turns what it throws into a problem document.
/// Thread-safe; disposal ends what waits.
/// </summary>
internal sealed class HttpApi : IAsyncDisposable
{
    private const int MostTargets = 4_096;

    private readonly ConcurrentDictionary<string, PublishTarget> _publishTargets = new();
    private readonly IApiGuard _guard;
    private readonly HttpLinks _links;
    private readonly PublishRequests _publishing;
    private readonly ApiOperation _publish;
    private readonly HttpFaults _faults;
    private readonly HttpMetrics _metrics;
    private readonly HttpAudit _audit;
    private readonly BrokerReadiness _readiness;
    private readonly PartitionDoor _door;

    public HttpApi(HttpApiParts parts)
    {
        _guard = parts.Guard;
        _links = parts.Links;
        _faults = parts.Faults;
        _metrics = parts.Metrics;
        _audit = parts.Audit;
        _readiness = parts.Readiness;
        _door = parts.Door;
        BodyMemory memory = parts.Memory;
        _publishing = new PublishRequests(_links, memory, () => _door.Engine);
        _publish = new ApiOperation
        {
            Id = "publish", Method = "POST", Path = "/v1/queues/{queue}/messages", Right = ApiRight.Publish,
            Run = call => _publishing.RunAsync(call.Context, call.Queue).AsTask(),
        };
        const string group = "/v1/queues/{queue}/groups/{group}";
        Routes = new ApiRoutes(
        [
            _publish,
            new() { Id = "receive", Method = "POST", Path = group + "/receive", Right = ApiRight.Consume, Run = new ReceiveRequests(_links, _metrics, queue => _door.Engine?.Consumes(queue) ?? true).RunAsync, Query = ReceiveRequests.Query },
            new() { Id = "settle", Method = "POST", Path = group + "/settle", Right = ApiRight.Consume, Run = new SettleRequests(_links, memory).RunAsync },
            new() { Id = "followQueue", Method = "GET", Path = "/v1/queues/{queue}/events", Right = ApiRight.Look, Run = new EventRequests(_links, parts.Time).RunAsync, Query = EventRequests.Query },
            new() { Id = "describe", Method = "GET", Path = "/openapi.json", Right = ApiRight.None, Run = OpenApiAnswer.WriteAsync },
            .. new QueueOperations(_links, memory).All,
            .. new GroupOperations(_links, memory).All,
            .. new DeadOperations(_links, memory).All,
            .. new MessageOperations(_links).All,
            .. new ScheduleOperations(_links, memory).All,
            .. new SettingOperations(_links, memory).All,
            .. new TransactionOperations(_links).All,
            .. new ClusterOperations(parts.Member).All,
        ]);
    }

    /// <summary>All that it can do.</summary>
    public ApiRoutes Routes { get; }

    /// <summary>Answers a request. It never throws.</summary>
    public Task HandleAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // A publish that came before on the same path: straight on, on the thread that has it.
        return _publishTargets.TryGetValue(target, out var known) && HttpMethods.IsPost(context.Request.Method)
            ? PublishAsync(context, known)
            : RouteAsync(context, target);
    }

    public ValueTask DisposeAsync() => _links.DisposeAsync();

    private async Task PublishAsync(HttpContext context, PublishTarget target)
    {
        using var span = HttpSpans.Start(context, _publish);
        try
        {
            RefuseWhenNotServing(_publish);
            await _guard.CheckAsync(context, _publish, target.Names);
            await _publishing.RunAsync(context, target.Queue);
        }
        catch (Exception failure)
        {
            await _faults.AnswerAsync(context, failure);
        }
        Answered(span, _publish.Id, StatusOf(context));
    }

    private async Task RouteAsync(HttpContext context, string target)
    {
        await Task.Yield();
        ApiOperation? operation = null;
        Dictionary<string, string> names = [];
        ErrorCode? error = null;
        Activity? span = null;
        try
        {
            operation = Find(context, target, out names);
            span = HttpSpans.Start(context, operation);
            if (!operation.Anywhere)
                RefuseWhenNotServing(operation);
            var pass = await _guard.CheckAsync(context, operation, names);
            ApiCall call = new(context, names, QueryFields.Read(target, operation.Query)) { ReviewAsync = ReviewAsync };
            await operation.Run(call);
            if (operation == _publish && _publishTargets.Count < MostTargets && !target.Contains('?', StringComparison.Ordinal))
                _publishTargets.TryAdd(target, new PublishTarget(call.Queue, names));

            // What takes its time asks again: its sender may have been removed meanwhile.
            async ValueTask ReviewAsync()
            {
                if (!_guard.Review(pass))
                    pass = await _guard.CheckAsync(context, operation, names);
            }
        }
        catch (Exception failure)
        {
            error = HttpFaults.ErrorOf(failure).Code;
            await _faults.AnswerAsync(context, failure);
        }
        if (operation is not null)
            _audit.Ended(context, operation, names, error);
        Answered(span, operation?.Id ?? "none", StatusOf(context));
        span?.Dispose();
    }

    // What a path that was published to before says.
    private readonly record struct PublishTarget(QueueName Queue, IReadOnlyDictionary<string, string> Names);

    private void Answered(Activity? span, string operation, int status)
    {
        _metrics.Answered(operation, status);
        HttpSpans.Answered(span, status);
    }

    private ApiOperation Find(HttpContext context, string target, out Dictionary<string, string> names)
    {
        names = [];
        var segments = RequestPath.Split(target);
        if (segments is null || !Routes.TryFind(segments, out var operations, out names))
            throw new ForewaveException(ErrorCode.PathNotFound);
        // HEAD is GET without a body, which the server leaves out.
        string method = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        var operation = Array.Find(operations, operation => operation.Method == method);
        if (operation is not null)
            return operation;
        context.Response.Headers.Allow = string.Join(", ", operations.Select(other => other.Method).Order(StringComparer.Ordinal));
        throw new ForewaveException(ErrorCode.MethodNotAllowed);
    }

    // What came now would wait for a broker that does not come back.
    private void RefuseWhenNotServing(ApiOperation operation)
    {
        if (_readiness.Current == Readiness.Stopping)
            throw new ForewaveException(ErrorCode.ShuttingDown);
        if (_door.Engine is { } engine && operation.Right != ApiRight.None)
        {
            // Whoever operates the broker goes on: there is no other way back where only this port is reached.
            if (!engine.HttpApi && operation.Right != ApiRight.Operate)
                throw new ForewaveException(ErrorCode.HttpApiOff);
            if (engine.IsDraining && operation.Right != ApiRight.Operate)
                throw new ForewaveException(ErrorCode.ShuttingDown, "The broker is drained before it is stopped.");
        }
        // Another broker of the cluster serves it, and is asked for it.
        if (_door.Engine is null && (operation.Here || !_links.IsOfCluster))
            throw _door.Refusal();
    }

    private static int StatusOf(HttpContext context) =>
        context.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : context.Response.StatusCode;
}
