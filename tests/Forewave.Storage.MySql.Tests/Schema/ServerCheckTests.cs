using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Schema;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class ServerCheckTests(MariaDbServer server)
{
    [Theory]
    [InlineData("10.11.19-MariaDB-0+deb12u1", true)]
    [InlineData("10.6.0-MariaDB", true)]
    [InlineData("5.5.5-10.6.21-MariaDB", true)]
    [InlineData("11.4.2-MariaDB-log", true)]
    [InlineData("10.5.29-MariaDB", false)]
    [InlineData("8.0.36", false)]
    [InlineData("MariaDB", false)]
    public void Version_is_new_enough_from_10_6_on(string version, bool isNewEnough) =>
        Assert.Equal(isNewEnough, ServerCheck.IsNewEnough(version));

    [Fact]
    public void Server_of_the_tests_can_keep_the_promises()
    {
        using Connection connection = Connection.Open(server.Administrator);

        ServerCheck.Refuse(connection);
    }

    [Theory]
    [InlineData("innodb_flush_log_at_trx_commit", 2, 1)]
    [InlineData("innodb_flush_log_at_trx_commit", 0, 1)]
    [InlineData("max_allowed_packet", 1 << 20, 80 << 20)]
    public void Server_is_refused_when_a_setting_breaks_a_promise(string setting, int broken, params int[] right)
    {
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"SET GLOBAL {setting} = {broken}");
        try
        {
            using Connection connection = Connection.Open(server.Administrator);

            var refused = Assert.Throws<StoreException>(() => ServerCheck.Refuse(connection));

            Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
            Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            root.Execute($"SET GLOBAL {setting} = {right[0]}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Upper")]
    [InlineData("9digits")]
    [InlineData("a`; DROP DATABASE mysql")]
    [InlineData("a23456789012345678901234567890123456789012345678901")]
    public void Database_name_that_would_need_quoting_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => SchemaNames.Of(name));
}
