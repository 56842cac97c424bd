using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql.Tests.Connections;

public sealed class ConnectionTextTests
{
    [Fact]
    public void Words_become_options()
    {
        MySqlStoreOptions options = MySqlStoreOptions.Parse(
            "Host=db1; port=3307;user=fw;password=p=q;tls=required;tls-ca=ca.pem;schema=shop", _ => "other");

        ConnectionOptions connection = options.Connection;
        Assert.Equal(("db1", 3307, "fw", "p=q", TlsMode.Required, "ca.pem"),
            (connection.Host, connection.Port, connection.User, connection.Password, connection.Tls, connection.AuthorityFile));
        Assert.Equal(("shop", "shop_log"), (options.Names.Queues, options.Names.Log));
    }

    [Fact]
    public void Password_comes_from_its_file_or_the_environment()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "from file\n");

            Assert.Equal("from file", MySqlStoreOptions.Parse($"user=a;password-file={file}", _ => "from there").Connection.Password);
            Assert.Equal("from there", MySqlStoreOptions.Parse("user=a", _ => "from there").Connection.Password);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Tls_is_verified_unless_a_socket_is_named()
    {
        Assert.Equal(TlsMode.Verified, MySqlStoreOptions.Parse("user=a", _ => null).Connection.Tls);
        Assert.Equal(TlsMode.Off, MySqlStoreOptions.Parse("user=a;socket=/run/s.sock", _ => null).Connection.Tls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("host=db1")]
    [InlineData("user=a;user=b")]
    [InlineData("user=a;port=0")]
    [InlineData("user=a;tls=maybe")]
    [InlineData("user=a;schema=A B")]
    [InlineData("user=a;secret")]
    [InlineData("user=a;passwort=secret")]
    [InlineData("user=a;password-file=/none/there")]
    public void Text_that_cannot_be_is_refused_without_telling_secrets(string text)
    {
        var refused = Assert.Throws<FormatException>(() => MySqlStoreOptions.Parse(text, _ => null));

        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }
}
