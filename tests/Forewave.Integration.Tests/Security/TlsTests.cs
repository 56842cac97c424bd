using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Forewave.Client;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;
using Microsoft.Extensions.Logging;

namespace Forewave.Integration.Tests.Security;

/// <summary>TLS on both ports, with certificates that the tests make.</summary>
[Trait("Suite", "scenario")]
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestCertificates _certificates = new();
    private readonly KeptLog _log = new();
    private readonly string _thumbprint;

    public TlsTests()
    {
        _thumbprint = _certificates.Write("127.0.0.1", Files);
        File.WriteAllText(_folder["authority.pem"], _certificates.Authority);
        File.WriteAllText(_folder["other-authority.pem"], new TestCertificates().Authority);
    }

    private (string Certificate, string Key) Files => (_folder["broker.pem"], _folder["broker.key"]);

    private ForewaveBrokerOptions Options => new()
    {
        DataFolder = _folder["data"], Listen = "127.0.0.1:0", Http = "127.0.0.1:0", MinFreeBytes = 0, TlsCertificate = Files.Certificate, TlsKey = Files.Key,
        LoggerFactory = LoggerFactory.Create(builder => builder.AddProvider(_log)),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Messages_go_over_tls_on_both_ports_and_from_the_command_line()
    {
        await using var broker = await StartAsync();
        await using var client = ClientOf(broker, new ForewaveTls { AuthorityFile = _folder["authority.pem"] });
        await using var producer = client.CreateProducer();
        using HttpClient http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => ((X509Certificate2)certificate!).Thumbprint == _thumbprint } });

        byte[] body = new byte[1_000_000];
        new Random(7).NextBytes(body);
        await producer.PublishAsync(new QueueName("q"), body);
        using var posted = await http.PostAsync($"https://{broker.HttpAddress}/v1/queues/q/messages", new StringContent("over https"));
        await using var consumer = client.CreateConsumer(new QueueName("q"), new GroupName("g"));
        var received = await consumer.ReceiveAsync(1, TimeSpan.FromSeconds(20));
        var listed = await ProgramProcess.RunAsync("queue", "list", "--json", "--server", $"{broker.ListenAddress}", "--tls-ca", _folder["authority.pem"]);

        Assert.Equal(body, Assert.Single(received).Body.ToArray());
        Assert.Equal(201, (int)posted.StatusCode);
        Assert.True(listed.ExitCode == 0, listed.Errors);
        Assert.Contains("\"messages\":2", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_refuses_a_certificate_that_it_does_not_trust_or_that_is_for_another_name()
    {
        await using var broker = await StartAsync();
        foreach (var tls in new[]
        {
            new ForewaveTls { AuthorityFile = _folder["other-authority.pem"] }, new ForewaveTls(),
            new ForewaveTls { AuthorityFile = _folder["authority.pem"], HostName = "mq.example.org" }, new ForewaveTls { AuthorityFile = _folder["no-such-file"] },
            new ForewaveTls { AuthorityFile = Files.Key },
        })
        {
            await using var client = ClientOf(broker, tls);
            Assert.Equal(ErrorCode.TlsFailed, (await Assert.ThrowsAsync<ForewaveException>(() => client.ConnectAsync().AsTask())).Code);
        }
        await using var byAnotherName = new ForewaveClient(new ForewaveClientOptions
        {
            Server = $"localhost:{broker.ListenAddress!.Port}", Tls = new ForewaveTls { AuthorityFile = _folder["authority.pem"] },
        });
        Assert.Equal(ErrorCode.TlsFailed, (await Assert.ThrowsAsync<ForewaveException>(() => byAnotherName.ConnectAsync().AsTask())).Code);
    }

    [Fact]
    public async Task Nothing_but_tls_is_spoken_and_no_old_version_of_it()
    {
        await using var broker = await StartAsync();
        await using var plain = new ForewaveClient(new ForewaveClientOptions { Server = $"{broker.ListenAddress}", RequestTimeout = TimeSpan.FromSeconds(2) });
        await using var notThere = new ForewaveBroker(Options with { DataFolder = _folder["plain"], TlsCertificate = null, TlsKey = null });
        await notThere.StartAsync();
        await using var towardsPlain = ClientOf(notThere, new ForewaveTls { AuthorityFile = _folder["authority.pem"] });

        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<ForewaveException>(() => plain.ConnectAsync().AsTask())).Code);
        Assert.Equal(ErrorCode.TlsFailed, (await Assert.ThrowsAsync<ForewaveException>(() => towardsPlain.ConnectAsync().AsTask())).Code);
        foreach (var port in new[] { broker.ListenAddress!.Port, broker.HttpAddress!.Port })
        {
            Assert.Contains(await ProtocolOfAsync(port, SslProtocols.Tls12 | SslProtocols.Tls13), new[] { SslProtocols.Tls12, SslProtocols.Tls13 });
            Assert.Equal(SslProtocols.Tls12, await ProtocolOfAsync(port, SslProtocols.Tls12));
#pragma warning disable SYSLIB0039, CA5397 // The point is that it is refused.
            await Assert.ThrowsAnyAsync<Exception>(() => ProtocolOfAsync(port, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
        }
    }

    [Fact]
    public async Task Certificate_that_has_changed_is_shown_and_one_that_cannot_be_is_not()
    {
        await using var broker = await StartAsync();
        await using var client = ClientOf(broker, new ForewaveTls { AuthorityFile = _folder["authority.pem"] });
        await client.ConnectAsync();
        Assert.Equal(_thumbprint, await ThumbprintOfAsync(broker.ListenAddress!.Port));

        await File.WriteAllTextAsync(Files.Key, "no key");
        while (!_log.Text.Contains("cannot be used", StringComparison.Ordinal))
            await Task.Yield();
        Assert.Equal(_thumbprint, await ThumbprintOfAsync(broker.ListenAddress!.Port));
        string next = _certificates.Write("127.0.0.1", Files);
        while (await ThumbprintOfAsync(broker.ListenAddress!.Port) != next)
            await Task.Yield();

        Assert.Equal(next, await ThumbprintOfAsync(broker.HttpAddress!.Port));
        await client.Administration.ShowBrokerAsync();
        Assert.Null(client.WhyAway);
        Assert.DoesNotContain("PRIVATE KEY", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_does_not_start_with_files_that_are_not_there_or_not_of_one_pair()
    {
        string other = _folder["other.key"];
        _certificates.Write("127.0.0.1", (_folder["other.pem"], other));
        foreach (var options in new[] { Options with { TlsKey = other }, Options with { TlsCertificate = _folder["none.pem"] }, Options with { TlsCertificate = Files.Key } })
        {
            await using ForewaveBroker broker = new(options);
            Assert.Equal(ErrorCode.CertificateUnusable, (await Assert.ThrowsAsync<ForewaveException>(() => broker.StartAsync())).Code);
        }
        var half = await ProgramProcess.RunAsync("serve", "--check", "--tls-cert", Files.Certificate);
        Assert.Equal(2, half.ExitCode);
    }

    private async Task<ForewaveBroker> StartAsync()
    {
        ForewaveBroker broker = new(Options);
        await broker.StartAsync();
        return broker;
    }

    private static ForewaveClient ClientOf(ForewaveBroker broker, ForewaveTls tls) =>
        new(new ForewaveClientOptions { Server = $"{broker.ListenAddress}", Tls = tls, RequestTimeout = TimeSpan.FromSeconds(20) });

    private static async Task<SslProtocols> ProtocolOfAsync(int port, SslProtocols offered)
    {
        await using var stream = await HandshakeAsync(port, offered);
        return stream.SslProtocol;
    }

    private static async Task<string> ThumbprintOfAsync(int port)
    {
        await using var stream = await HandshakeAsync(port, SslProtocols.None);
        using X509Certificate2 shown = new(stream.RemoteCertificate!);
        return shown.Thumbprint;
    }

    private static async Task<SslStream> HandshakeAsync(int port, SslProtocols offered)
    {
        TcpClient socket = new();
        await socket.ConnectAsync("127.0.0.1", port);
        SslStream stream = new(socket.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", EnabledSslProtocols = offered });
        return stream;
    }
}
