using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Connections;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class StatementTests(MariaDbServer server)
{
    [Fact]
    public void Statement_is_prepared_once_for_each_text()
    {
        using Connection connection = Connection.Open(server.NewDatabase());

        Assert.Same(connection.Prepare("SELECT 1"), connection.Prepare("SELECT 1"));
        Assert.NotSame(connection.Prepare("SELECT 1"), connection.Prepare("SELECT 2"));
    }

    [Fact]
    public void Statements_that_were_not_used_for_long_are_closed()
    {
        using Connection connection = Connection.Open(server.NewDatabase());
        Statement first = connection.Prepare("SELECT 0");

        for (int i = 0; i < 200; i++)
        {
            connection.Prepare($"SELECT {i}");
            Assert.Same(first, connection.Prepare("SELECT 0"));
        }

        var row = new ResultRow(ColumnType.Text, ColumnType.Text);
        using RowReader reader = connection.Prepare("SHOW SESSION STATUS LIKE 'Prepared_stmt_count'").Query(null, row);
        Assert.True(reader.Next());
        Assert.InRange(int.Parse(row.Text(1)), 1, 65);
    }
}
