using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Forewave.Protocol;
using Forewave.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Listeners;

/// <summary>
/// Kestrel with one port for frames and one for HTTP; neither knows of the other. Started and stopped once, by the broker.
/// </summary>
internal sealed class KestrelHost
{
    /// <summary>Connects that may wait to be taken; the kernel lowers it to net.core.somaxconn.</summary>
    private const int Backlog = 16 * 1024;

    /// <summary>Bytes on their way to a peer before it counts as not reading.</summary>
    private const int MaxWriteBufferBytes = 512 * 1024;

    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;

    private KestrelHost(WebApplication application) => _application = application;

    /// <summary>Where frames are taken.</summary>
    public IPEndPoint? Listen { get; private init; }

    /// <summary>Where HTTP is served.</summary>
    public IPEndPoint? Http { get; private init; }

    /// <summary>Listens at the addresses of the plan; null when there are none.</summary>
    /// <exception cref="ForewaveException">An address is taken or not of this host.</exception>
    public static async ValueTask<KestrelHost?> StartAsync(ListenPlan plan, HostParts parts, CancellationToken cancellation)
    {
        if (plan.IsEmpty)
            return null;
        var application = Build(plan, parts);
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (Exception failure)
        {
            await application.DisposeAsync();
            if (failure is IOException or SocketException)
                throw new ForewaveException(ErrorCode.AddressUnusable, $"Nobody can listen there: {failure.Message.TrimEnd('.')}.", failure);
            throw;
        }
        // In the order in which they were bound.
        Queue<IPEndPoint> bound = new(Bound(application));
        return new KestrelHost(application)
        {
            Listen = plan.Listen is null ? null : bound.Dequeue(),
            Http = plan.Http is null ? null : bound.Dequeue(),
        };
    }

    /// <summary>Closes the ports and what is left of the connections.</summary>
    public async Task StopAsync()
    {
        using CancellationTokenSource soon = new(StopTime);
        try
        {
            await _application.StopAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // What did not end in time is reset by the disposal.
        }
        await _application.DisposeAsync();
    }

    private static WebApplication Build(ListenPlan plan, HostParts parts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(parts);
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggers(parts.Loggers));
        builder.Services.AddSingleton<IHostLifetime, NoSignalLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(SetSockets).ConfigureKestrel(kestrel => Bind(kestrel, plan, parts));
        // After Kestrel's own, which would win otherwise.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, WireMemoryPoolFactory>();
        var application = builder.Build();
        application.Run(new HttpRequests(parts).HandleAsync);
        return application;
    }

    private static void SetSockets(SocketTransportOptions sockets)
    {
        sockets.Backlog = Backlog;
        sockets.NoDelay = true;
        // Sessions never block, and give their thread back after a while: a message that comes alone needs no other thread
        // between its socket and the log, nor between the log and a socket.
        sockets.UnsafePreferInlineScheduling = true;
        sockets.MaxWriteBufferSize = MaxWriteBufferBytes;
        // An idle connection holds no block.
        sockets.WaitForDataBeforeAllocatingBuffer = true;
    }

    private static void Bind(KestrelServerOptions kestrel, ListenPlan plan, HostParts parts)
    {
        kestrel.AddServerHeader = false;
        SetLimits(kestrel.Limits, parts);
        if (plan.Listen is { } listen)
            kestrel.Listen(listen.EndPoint, options => ServeFrames(options, parts));
        if (plan.Http is { } http)
            kestrel.Listen(http.EndPoint, options => ServeHttp(options, parts));
    }

    private static void ServeFrames(ListenOptions options, HostParts parts)
    {
        Encrypt(options, parts);
        options.UseConnectionHandler<WireConnectionHandler>();
    }

    private static void Encrypt(ListenOptions options, HostParts parts)
    {
        if (parts.Tls is { } tls)
            parts.Handshakes.Encrypt(options, tls);
    }

    private static void ServeHttp(ListenOptions options, HostParts parts)
    {
        options.Protocols = HttpProtocols.Http1;
        options.Use(next => async connection =>
        {
            try
            {
                if (parts.HttpConnections.Enter(parts.MaxHttpConnections))
                    await next(connection);
                else
                    connection.Abort();
            }
            finally
            {
                parts.HttpConnections.Leave();
            }
        });
        // Behind the count: a handshake takes a place.
        Encrypt(options, parts);
    }

    // For HTTP alone: frames have limits of their own.
    private static void SetLimits(KestrelServerLimits limits, HostParts parts)
    {
        limits.MaxRequestBodySize = Limits.FrameBytes;
        limits.MaxRequestLineSize = Limits.HttpLineBytes;
        limits.MaxRequestHeadersTotalSize = Limits.HttpHeadersBytes;
        // A body waits here while its sender's password is checked.
        limits.MaxRequestBufferSize = Limits.HttpReadAheadBytes;
        limits.MaxRequestHeaderCount = Limits.HttpHeaders;
        limits.RequestHeadersTimeout = Limits.HttpHeadTimeout;
        limits.KeepAliveTimeout = Limits.HttpIdleTimeout;
        limits.MinRequestBodyDataRate = new MinDataRate(Limits.HttpBytesPerSecond, Limits.HttpRateGrace);
        limits.MinResponseDataRate = new MinDataRate(Limits.HttpBytesPerSecond, Limits.HttpRateGrace);
    }

    private static IEnumerable<IPEndPoint> Bound(WebApplication application) =>
        application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses
            .Select(address => new Uri(address))
            .Select(uri => new IPEndPoint(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port));
}
