using System.Net;
using System.Reflection;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Connections;

/// <summary>
/// Keeps one connection to a broker, through restarts: one loop connects, lets the participants make themselves known, waits
/// for the end, and begins again after a pause with jitter. Thread-safe. Only disposal ends it.
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private static readonly string Version =
        typeof(BrokerLink).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private readonly ForewaveClientOptions _options;
    private readonly IReadOnlyList<EndPoint> _endpoints;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<LinkSeat> _seats = [];
    private readonly CancellationTokenSource _end = new();
    private TaskCompletionSource<Connection> _current = NewCurrent();
    private ForewaveException? _lastFailure;
    private Task? _loop;
    private int _attempts;

    public BrokerLink(ForewaveClientOptions options)
    {
        _options = options;
        _endpoints = options.Connector is null ? ServerAddress.Parse(options.Server) : [];
        _logger = options.LoggerFactory.CreateLogger("Forewave.Client");
    }

    /// <summary>The connection there is, or the next one.</summary>
    /// <exception cref="ForewaveException">Timeout: none came in time; the message names the last failure.</exception>
    public async ValueTask<Connection> ConnectionAsync(CancellationToken cancellation)
    {
        Task<Connection> current;
        lock (_lock)
        {
            StartLoop();
            current = _current.Task;
        }

        if (current.IsCompletedSuccessfully)
        {
            return await current.ConfigureAwait(false);
        }

        try
        {
            return await current.WaitAsync(_options.RequestTimeout, _options.TimeProvider, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(
                ErrorCode.Timeout, $"No connection to {Where} within {_options.RequestTimeout}: {_lastFailure?.Message ?? "no answer"}", e);
        }
    }

    /// <summary>Sends a request over the connection there is, or the next one.</summary>
    public async Task<ServerFrame> RequestAsync(ClientFrame request, CancellationToken cancellation)
    {
        Connection connection = await ConnectionAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await connection.RequestAsync(request, cancellation)
                .WaitAsync(_options.RequestTimeout, _options.TimeProvider, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer within {_options.RequestTimeout}.", e);
        }
    }

    /// <summary>Adds a participant; it hears of the connection there is, at once, and of every later one.</summary>
    public void Join(ILinkParticipant participant)
    {
        lock (_lock)
        {
            StartLoop();
            LinkSeat seat = new(participant, TellNotIntroduced);
            _seats.Add(seat);
            if (_current.Task.IsCompletedSuccessfully)
            {
                seat.Connected(_current.Task, _end.Token);
            }
        }
    }

    /// <summary>A participant has ended.</summary>
    public void Leave(ILinkParticipant participant)
    {
        lock (_lock)
        {
            _seats.RemoveAll(seat => seat.Participant == participant);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        await _end.CancelAsync().ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(false);
        }

        ForewaveException closed = new(ErrorCode.ClientClosed);
        lock (_lock)
        {
            _current.TrySetException(closed);
            _ = _current.Task.Exception;
            _seats.ForEach(seat => seat.Disconnected(closed));
        }

        _end.Dispose();
    }

    private ServerName Where => new(_options.Connector is null ? _options.Server : "the broker in this process");

    private void StartLoop()
    {
        ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
        _loop ??= Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            if (await TryOpenAsync().ConfigureAwait(false) is not { } connection)
            {
                await PauseAsync().ConfigureAwait(false);
                continue;
            }

            _attempts = 0;
            ForewaveException reason = await ServeAsync(connection).ConfigureAwait(false);
            if (reason.Code != ErrorCode.ClientClosed)
            {
                ClientLog.Disconnected(_logger, Where, reason.Message);
            }
        }
    }

    private async ValueTask<ForewaveException> ServeAsync(Connection connection)
    {
        ClientLog.Connected(_logger, Where);
        lock (_lock)
        {
            _current.SetResult(connection);
            _seats.ForEach(seat => seat.Connected(_current.Task, _end.Token));
        }

        CancellationTokenRegistration registration = _end.Token.UnsafeRegister(
            static broken => ((Connection)broken!).Fail(new ForewaveException(ErrorCode.ClientClosed)), connection);
        await using (registration.ConfigureAwait(false))
        {
            ForewaveException reason = await connection.Completion.ConfigureAwait(false);
            lock (_lock)
            {
                _current = NewCurrent();
                _seats.ForEach(seat => seat.Disconnected(reason));
            }

            return reason;
        }
    }

    private void TellNotIntroduced(string reason) => ClientLog.NotIntroduced(_logger, Where, reason);

    private async ValueTask<Connection?> TryOpenAsync()
    {
        using CancellationTokenSource timeout = new(_options.ConnectTimeout, _options.TimeProvider);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _end.Token);
        try
        {
            IWireTransport transport = await ReachAsync(both.Token).ConfigureAwait(false);
            return await Connection.OpenAsync(transport, HelloOf(), _options.TimeProvider, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _lastFailure = e as ForewaveException ?? new ForewaveException(ErrorCode.Disconnected, $"{e.Message}", e);
            return null;
        }
    }

    private async ValueTask<IWireTransport> ReachAsync(CancellationToken cancellation) => _options.Connector is { } connector
        ? new PipeTransport(await connector(cancellation).ConfigureAwait(false))
        : await SocketTransport.ConnectAsync(_endpoints[_attempts % _endpoints.Count], cancellation).ConfigureAwait(false);

    private Hello HelloOf() => new()
    {
        ProtocolVersion = Limits.ProtocolVersion,
        Role = "mixed",
        Name = _options.Name,
        Sdk = "forewave-dotnet",
        SdkVersion = Version,
    };

    private async ValueTask PauseAsync()
    {
        int doublings = Math.Min(_attempts++ / Math.Max(1, _endpoints.Count), 16);
        double milliseconds = Math.Min(
            _options.ReconnectDelay.TotalMilliseconds * (1 << doublings), _options.MaxReconnectDelay.TotalMilliseconds);
        TimeSpan pause = TimeSpan.FromMilliseconds(milliseconds * (0.5 + (Random.Shared.NextDouble() / 2)));
        try
        {
            await Task.Delay(pause, _options.TimeProvider, _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition sees it.
        }
    }

    private static TaskCompletionSource<Connection> NewCurrent() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
