using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Forewave.Protocol;
using Forewave.Protocol.V1;
using Microsoft.Extensions.Logging;
using Route = Forewave.Protocol.Routes.Route;

namespace Forewave.Client.Connections;

/// <summary>
/// Keeps one connection to a broker, through restarts: one loop connects, lets the participants make themselves known, waits
/// for the end, and begins again after a pause with jitter. Thread-safe. Only disposal ends it.
/// <para>
/// When a broker says that it goes away the next connection is opened at once, and nothing new is begun on the old one. The
/// participants are told of the new one when the old one has ended: what it answers until then need not be sent again, and
/// nothing is under way on two connections.
/// </para>
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private static readonly string Version =
        typeof(BrokerLink).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private readonly ForewaveClientOptions _options;
    private readonly BrokerPlaces _places;
    private readonly ILinkGuide? _guide;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<LinkSeat> _seats = [];
    private readonly CancellationTokenSource _end = new();
    private readonly ReconnectPause _pause;

    // One try of several waits so long in the first round, so that a host that is gone keeps nobody from the next address.
    private static readonly TimeSpan FirstTry = TimeSpan.FromSeconds(3);
    private CancellationTokenSource _led = new();
    private Route? _route;
    private ulong _leftEpoch;
    private TaskCompletionSource<Connection> _current = NewCurrent();
    private volatile Connection? _shared;
    private volatile string? _lastFailure;
    private Task? _loop;

    /// <summary>To whichever broker of the options' addresses answers.</summary>
    public BrokerLink(ForewaveClientOptions options)
        : this(options, new BrokerPlaces(options.Connector is null ? ServerAddress.Parse(options.Server) : []), null)
    {
    }

    /// <summary>To the broker that a guide says.</summary>
    public BrokerLink(ForewaveClientOptions options, BrokerPlaces places, ILinkGuide? guide)
    {
        _options = options;
        _places = places;
        _guide = guide;
        _logger = options.LoggerFactory.CreateLogger("Forewave.Client");
        _pause = new ReconnectPause(options, places);
    }

    /// <summary>The connection there is; null: none that anything new may be begun on.</summary>
    public Connection? Shared => _shared;

    /// <summary>The connection there is, or the next one.</summary>
    /// <exception cref="ForewaveException">Timeout: none came in time; the message names the last failure.</exception>
    public async ValueTask<Connection> ConnectionAsync(TimeSpan patience, CancellationToken cancellation)
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
            return await current.WaitAsync(patience, _options.TimeProvider, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(
                ErrorCode.Timeout, $"No connection to {Where} within {patience.TotalSeconds:0.###} s: {_lastFailure ?? "no answer"}.", e);
        }
    }

    /// <summary>Why there is no connection, in words; null while there is one. Takes no lock.</summary>
    public string? WhyAway => _shared is null ? $"no connection to {Where}: {_lastFailure ?? "no answer"}" : null;

    /// <summary>
    /// The broker is elsewhere: it is looked for there, at once, also while another address is being tried. A connection there is stays, unless
    /// it is to one that served under an earlier epoch.
    /// </summary>
    /// <param name="places">The address of the route, then others that may know.</param>
    /// <param name="route">The route.</param>
    public void Lead(IReadOnlyList<EndPoint> places, Route route)
    {
        Volatile.Write(ref _route, route);
        if (_places.Set(places))
        {
            CancellationTokenSource before = Interlocked.Exchange(ref _led, new CancellationTokenSource());
            // On threads of the pool: whoever leads may hold a lock. It has no timer, and is not disposed.
            _ = before.CancelAsync();
            _pause.Hurry();
        }

        if (_shared is { } connection && connection.Hello.Epoch < route.Epoch.Value)
        {
            connection.Fail(new ForewaveException(ErrorCode.NotOwner, $"The partition has another master since, under epoch {route.Epoch}."));
        }
    }

    /// <summary>There is no connection, and an attempt has failed, or one has ended.</summary>
    public bool HasFailed => _shared is null && _lastFailure is not null;

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

    private ServerName Where => new(_options.Connector is not null ? "the broker in this process" : _guide is null || _places.Current is not { } place ? _options.Server : Named(place));

    private void StartLoop()
    {
        ObjectDisposedException.ThrowIf(_end.IsCancellationRequested, this);
        _loop ??= Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        Task before = Task.CompletedTask;
        while (!_end.IsCancellationRequested)
        {
            if (await TryOpenAsync().ConfigureAwait(false) is { } connection)
            {
                await before.ConfigureAwait(false);
                before = LiveAsync(connection);
                await connection.Ending.ConfigureAwait(false);
            }

            await _pause.WaitAsync(_end.Token).ConfigureAwait(false);
        }

        await before.ConfigureAwait(false);
    }

    // The life of a connection from where it is shared: completes when it has ended and everybody was told.
    private async Task LiveAsync(Connection connection)
    {
        ClientLog.Connected(_logger, Where);
        _pause.Reset();
        connection.BeforeEnding = () => Unshare(connection);
        CancellationTokenRegistration registration = _end.Token.UnsafeRegister(
            static broken => ((Connection)broken!).Fail(new ForewaveException(ErrorCode.ClientClosed)), connection);
        await using (registration.ConfigureAwait(false))
        {
            lock (_lock)
            {
                _shared = connection;
                _current.SetResult(connection);
                _seats.ForEach(seat => seat.Connected(_current.Task, _end.Token));
            }

            await connection.Ending.ConfigureAwait(false);
            Unshare(connection);
            if (connection.Leaving is { } notice)
            {
                _places.Advance();
                ClientLog.GoingAway(_logger, Where, notice.Reason.Message);
                await connection.FinishAsync(notice).ConfigureAwait(false);
            }

            ForewaveException reason = await connection.Completion.ConfigureAwait(false);
            Leave(connection.Hello.Epoch);
            _lastFailure = Telling(reason);
            lock (_lock)
            {
                _seats.ForEach(seat => seat.Disconnected(reason));
            }

            if (reason.Code != ErrorCode.ClientClosed && connection.Leaving is null)
            {
                ClientLog.Disconnected(_logger, Where, reason.Message);
            }
        }
    }

    // From here on whoever asks for a connection waits for the next one.
    private void Unshare(Connection connection)
    {
        lock (_lock)
        {
            if (_shared == connection)
            {
                (_shared, _current) = (null, NewCurrent());
            }
        }
    }

    private void TellNotIntroduced(string reason) => ClientLog.NotIntroduced(_logger, Where, reason);

    private async ValueTask<Connection?> TryOpenAsync()
    {
        TimeSpan longest = LongestTry();
        CancellationToken led = Volatile.Read(ref _led).Token;
        Route? tried = _places.IsFirst ? Volatile.Read(ref _route) : null;
        using CancellationTokenSource timeout = new(longest, _options.TimeProvider);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, led, _end.Token);
        try
        {
            IWireTransport transport = await ReachAsync(any.Token).ConfigureAwait(false);
            Connection connection = await Connection.OpenAsync(transport, HelloWithin(longest), _options.TimeProvider, any.Token).ConfigureAwait(false);
            return _guide is null ? connection : await WelcomedAsync(_guide, connection, any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (led.IsCancellationRequested && !_end.IsCancellationRequested)
        {
            // There is another address, whose turn it is.
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _lastFailure = Telling(e);
            TellRefused(e);
            _places.Advance();
            Leave(tried?.Epoch.Value ?? 0);
            if (e is ForewaveException { Routes: { } routes })
            {
                _guide?.Learn(routes);
            }

            return null;
        }
    }

    // Who is not let in hears it at once, and need not wait for a connection that will not come. It is tried on all the same: users and
    // files with secrets change.
    private void TellRefused(Exception failure)
    {
        if (failure is not ForewaveException { Code: ErrorCode.AuthenticationNeeded or ErrorCode.AuthenticationFailed or ErrorCode.LogInDelayed or ErrorCode.TlsFailed or ErrorCode.UsersMissing or ErrorCode.UserInvalid } refused)
        {
            return;
        }

        lock (_lock)
        {
            if (_shared is null)
            {
                TaskCompletionSource<Connection> waiting = _current;
                _current = NewCurrent();
                waiting.TrySetException(refused.ForOneMore());
                _ = waiting.Task.Exception;
            }
        }
    }

    private TimeSpan LongestTry()
    {
        TimeSpan longest = FirstTry * (1 << Math.Min(_pause.Round, 8));
        return _places.Count > 1 && longest < _options.ConnectTimeout ? longest : _options.ConnectTimeout;
    }

    // A master under this epoch is of no use any more.
    private void Leave(ulong epoch)
    {
        lock (_lock)
        {
            _leftEpoch = Math.Max(_leftEpoch, epoch);
        }
    }

    // Who is not master may wait with its refusal until it knows a later one: else this would come again and again.
    private Hello HelloWithin(TimeSpan longest)
    {
        Hello hello = HelloOf(_options);
        if (Volatile.Read(ref _route) is { } route && _leftEpoch > 0)
        {
            double wait = Math.Min(longest.TotalMilliseconds * 0.6, Limits.MaxRefusalWait.TotalMilliseconds / 2);
            hello.Awaited = new AwaitedRoute { Partition = route.Partition.Value, Epoch = _leftEpoch, Wait = (uint)wait };
        }

        return hello;
    }

    private async ValueTask<Connection> WelcomedAsync(ILinkGuide guide, Connection connection, CancellationToken cancellation)
    {
        try
        {
            await guide.WelcomeAsync(this, connection, cancellation).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<IWireTransport> ReachAsync(CancellationToken cancellation) => _options.Connector is { } connector
        ? new PipeTransport(await connector(cancellation).ConfigureAwait(false))
        : await Transports.ConnectAsync(
            _places.Current ?? throw new ForewaveException(ErrorCode.Disconnected, "It is not known yet where a broker is."), _options, cancellation).ConfigureAwait(false);

    private string Telling(Exception failure) => failure switch
    {
        ForewaveException { Detail: { } detail } known => $"{detail.TrimEnd('.')} ({known.Code}, error {(uint)known.Code})",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } unknown
            when _places.Current is DnsEndPoint name =>
            $"the name '{name.Host}' cannot be resolved: {unknown.Message}",
        OperationCanceledException => $"no answer within {LongestTry().TotalSeconds:0.###} s",
        _ => failure.Message.TrimEnd('.'),
    };

    private static string Named(EndPoint place) => place is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{place}";

    /// <summary>What a client of these options says first.</summary>
    /// <exception cref="ForewaveException"><c>UserInvalid</c>: its secret cannot be had.</exception>
    public static Hello HelloOf(ForewaveClientOptions options)
    {
        Hello hello = new()
        {
            ProtocolVersion = Limits.ProtocolVersion,
            Role = options.ForOperators ? "admin" : "mixed",
            Name = options.Name,
            Sdk = "forewave-dotnet",
            SdkVersion = Version,
        };
        options.Credentials?.Fill(hello);
        return hello;
    }

    private static TaskCompletionSource<Connection> NewCurrent() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
