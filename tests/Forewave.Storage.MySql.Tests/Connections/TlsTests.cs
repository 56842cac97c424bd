using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class TlsTests(MariaDbServer server)
{
    [Fact]
    public void Connection_is_encrypted_when_the_server_is_who_it_says()
    {
        using Connection connection = Connection.Open(Verified());

        Assert.NotEmpty(connection.TlsCipher);
        connection.Ping();
    }

    [Fact]
    public void Connection_is_in_the_clear_only_when_told_so()
    {
        using Connection connection = Connection.Open(server.OverTcp(server.NewDatabase()) with { Tls = TlsMode.Off });

        Assert.Empty(connection.TlsCipher);
    }

    [Fact]
    public void Server_is_refused_when_its_authority_is_unknown()
    {
        Assert.Equal(DatabaseFailure.TlsFailed, Opening(Verified() with { AuthorityFile = server.Certificates.OtherAuthority }));
        Assert.Equal(DatabaseFailure.TlsFailed, Opening(Verified() with { AuthorityFile = null }));
    }

    [Fact]
    public void Server_is_refused_when_its_certificate_has_another_name() =>
        Assert.Equal(DatabaseFailure.TlsFailed, Opening(Verified() with { Host = "127.0.0.1" }));

    [Fact]
    public void Required_mode_encrypts_without_looking_at_the_name()
    {
        using Connection connection = Connection.Open(
            server.OverTcp(server.NewDatabase()) with { Host = "127.0.0.1", Tls = TlsMode.Required });

        Assert.NotEmpty(connection.TlsCipher);
    }

    [Fact]
    public void Account_that_demands_a_certificate_gets_it()
    {
        using Connection root = Connection.Open(server.Administrator);
        root.Execute("CREATE USER certified@'%' REQUIRE SUBJECT '/CN=forewave'");
        ConnectionOptions options = Verified() with { User = "certified", Password = null, Database = null };

        Assert.Equal(DatabaseFailure.AccessDenied, Opening(options));
        using Connection connection = Connection.Open(
            options with { CertificateFile = server.Certificates.Client, KeyFile = server.Certificates.ClientKey });

        connection.Ping();
    }

    [Fact]
    public async Task Server_without_tls_is_refused()
    {
        ConnectionOptions options = server.NewDatabase();
        await server.StopAsync();
        await server.StartAsync("--skip-ssl");
        try
        {
            Assert.Equal(DatabaseFailure.TlsFailed, Opening(server.OverTcp(options) with { Tls = TlsMode.Required }));
        }
        finally
        {
            await server.StopAsync();
            await server.StartAsync();
        }
    }

    private ConnectionOptions Verified() =>
        server.OverTcp(server.NewDatabase()) with { Tls = TlsMode.Verified, AuthorityFile = server.Certificates.Authority };

    private static DatabaseFailure Opening(ConnectionOptions options) =>
        Assert.Throws<DatabaseException>(() => Connection.Open(options)).Failure;
}
