using System.Net.Http.Headers;
using System.Text;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Server;
using Microsoft.Extensions.Logging;

namespace Forewave.Integration.Tests.Security;

/// <summary>A broker with users, in the test's process, with both ports; what it logs is kept. For the tests of a class.</summary>
public sealed class SecureBroker : IAsyncLifetime
{
    public const string Password = "correct horse battery staple";
    private readonly TemporaryFolder _folder = new();
    private readonly KeptLog _log = new();
    private ForewaveBroker? _broker;

    public ForewaveBroker Broker => _broker ?? throw new InvalidOperationException("not started");

    /// <summary>Everything that was logged.</summary>
    public string Logged => _log.Text;

    /// <summary>A file in the broker's folder.</summary>
    public string this[string file] => _folder[file];

    public static UserName Root { get; } = new("root");

    public async Task InitializeAsync()
    {
        _broker = new ForewaveBroker(new ForewaveBrokerOptions
        {
            DataFolder = _folder["data"], Listen = "127.0.0.1:0", Http = "127.0.0.1:0", MinFreeBytes = 0, StopGrace = TimeSpan.FromSeconds(1),
            LoggerFactory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(_log)),
        });
        await _broker.StartAsync();
        // Within the process: over TCP whoever came as nobody is told to go when there is a user, before a slow machine has the answer maybe.
        await using ForewaveClient first = new(new ForewaveClientOptions { Connector = _broker.ConnectAsync });
        await first.Administration.Users.AddAsync(Root, Password, [new AccessGrant(QueuePattern.Everything, AccessRights.All)]);
    }

    public async Task DisposeAsync()
    {
        await Broker.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A client over TCP.</summary>
    public ForewaveClient Client(ForewaveCredentials? credentials) => new(new ForewaveClientOptions
    {
        Server = Broker.ListenAddress!.ToString(), Credentials = credentials, RequestTimeout = TimeSpan.FromSeconds(20),
    });

    /// <summary>A client of the operator.</summary>
    public ForewaveClient RootClient() => Client(ForewaveCredentials.Password(Root, Password));

    /// <summary>A client over HTTP, as somebody or as nobody.</summary>
    public HttpClient Http(string? user = null, string? password = null, string? token = null)
    {
        HttpClient client = new() { BaseAddress = new Uri($"http://{Broker.HttpAddress}") };
        if (user is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        else if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Makes a user with a token, and gives the token.</summary>
    public async Task<string> MakeAsync(string user, params string[] grants)
    {
        await using var root = RootClient();
        await root.Administration.Users.AddAsync(new UserName(user), null, grants.Select(AccessGrant.Parse));
        return (await root.Administration.Users.AddTokenAsync(new UserName(user))).Text;
    }
}
