using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Forewave.Integration.Tests.Observability.Otlp;

/// <summary>A collector of OpenTelemetry in the test: takes what is exported to it over HTTP or gRPC, and reads it.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly WebApplication _application;
    private readonly Lock _gate = new();
    private readonly List<OtlpRequest> _requests = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpCollector(bool speaksGrpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = speaksGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _application = builder.Build();
        _application.Run(speaksGrpc ? TakeGrpcAsync : TakeHttpAsync);
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; private set; } = new("http://none");

    /// <summary>One that listens.</summary>
    public static async Task<OtlpCollector> StartAsync(bool speaksGrpc = false)
    {
        OtlpCollector collector = new(speaksGrpc);
        await collector._application.StartAsync();
        collector.Endpoint = new Uri(
            collector._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return collector;
    }

    /// <summary>What a request of a signal has in answer to a question, the first that has; of those that came before, too.</summary>
    public async Task<T> FindAsync<T>(string signal, Func<OtlpRequest, T?> ask)
        where T : class
    {
        for (int seen = 0; ;)
        {
            OtlpRequest[] news;
            Task arrival;
            lock (_gate)
            {
                news = [.. _requests.Skip(seen)];
                arrival = _arrived.Task;
            }
            seen += news.Length;
            if (news.Where(request => request.Signal == signal).Select(ask).FirstOrDefault(answer => answer is not null) is { } found)
                return found;
            await arrival.WaitAsync(Patience);
        }
    }

    /// <summary>The first span with a name.</summary>
    public Task<OtlpMessage> SpanAsync(string name) =>
        FindAsync("traces", request => request.Items.Where(one => one.Item.Text(5) == name).Select(one => one.Item).FirstOrDefault());

    /// <summary>The first metric with a name that is right.</summary>
    public Task<OtlpMessage> MetricAsync(string name, Func<OtlpMessage, bool> isRight) =>
        FindAsync("metrics", request => request.Items.Where(one => one.Item.Text(1) == name && isRight(one.Item)).Select(one => one.Item).FirstOrDefault());

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task TakeHttpAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context);
        string path = context.Request.Path.Value!;
        bool isRight = context.Request.Method == "POST" && context.Request.ContentType == "application/x-protobuf" && path is "/v1/metrics" or "/v1/traces" or "/v1/logs";
        context.Response.StatusCode = !isRight ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
        context.Response.ContentType = "application/x-protobuf";
        if (context.Response.StatusCode == StatusCodes.Status200OK)
            Take(context, path[4..], body);
    }

    // A message of gRPC has a byte for its compression and four for its length in front.
    private async Task TakeGrpcAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context);
        string service = context.Request.Path.Value!.Split('/')[1].Split('.')[^1];
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
        Take(context, service.Replace("Service", "", StringComparison.Ordinal).ToLowerInvariant() switch { "trace" => "traces", var signal => signal }, body[5..]);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private void Take(HttpContext context, string signal, byte[] body)
    {
        OtlpRequest request = new(signal, new OtlpMessage(body))
        {
            Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        lock (_gate)
        {
            _requests.Add(request);
            _arrived.SetResult();
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
