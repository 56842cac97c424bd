using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>
/// The business database: the truth about which transactions were committed. A row for each order, under the transaction's id, with the queues
/// of its messages, a letter each; a row without messages says that the transaction was rolled back, and that no order comes under this id any
/// more. Each call has a connection of its own; thread-safe.
/// </summary>
internal sealed class ShopDatabase(ConnectionOptions options)
{
    // What no order has: it is not committed.
    private const string RolledBack = "";

    private static readonly ColumnType[] OrderColumns = [ColumnType.Text, ColumnType.Text];

    /// <summary>How a process gets into a database of <see cref="MariaDbServer"/>.</summary>
    public static ConnectionOptions At(string socket, string schema) =>
        new() { Socket = socket, User = "forewave", Password = "secret", Database = schema, Tls = TlsMode.Off };

    /// <summary>Makes the table.</summary>
    public void Create()
    {
        using Connection connection = Connection.Open(options);
        connection.Execute("CREATE TABLE orders (id VARCHAR(22) CHARACTER SET ascii PRIMARY KEY, messages VARCHAR(100) CHARACTER SET ascii NOT NULL) ENGINE = InnoDB");
    }

    /// <summary>The local transaction: an order and its transaction's id, committed together.</summary>
    /// <param name="id">The transaction's id.</param>
    /// <param name="messages">The queues of its messages.</param>
    /// <param name="beforeCommit">Runs when the row is written and not committed.</param>
    /// <exception cref="DatabaseException">It was not committed, or nobody knows; Duplicate: the transaction is rolled back.</exception>
    public async Task SaveOrderAsync(TransactionId id, string messages, Func<Task> beforeCommit)
    {
        using Connection connection = Connection.Open(options);
        connection.Begin();
        connection.Execute($"INSERT INTO orders VALUES ('{id}', '{messages}')");
        await beforeCommit();
        connection.Commit();
    }

    /// <summary>What became of a transaction; one that is not there is rolled back for ever.</summary>
    /// <exception cref="DatabaseException">It does not answer.</exception>
    public TransactionOutcome OutcomeOf(TransactionId id)
    {
        using Connection connection = Connection.Open(options);
        try
        {
            connection.Execute($"INSERT INTO orders VALUES ('{id}', '{RolledBack}')");
            return TransactionOutcome.RolledBack;
        }
        catch (DatabaseException e) when (e.Failure == DatabaseFailure.Duplicate)
        {
            return Read(connection, $" WHERE id = '{id}'")[$"{id}"] == RolledBack ? TransactionOutcome.RolledBack : TransactionOutcome.Committed;
        }
    }

    /// <summary>Those of some transactions that are committed.</summary>
    /// <exception cref="DatabaseException">It does not answer.</exception>
    public HashSet<string> Committed(IEnumerable<string> ids)
    {
        using Connection connection = Connection.Open(options);
        string list = string.Join(',', ids.Select(id => $"'{id}'"));
        return [.. Read(connection, $" WHERE id IN ({list})").Where(order => order.Value != RolledBack).Select(order => order.Key)];
    }

    /// <summary>All orders: the queues of their messages by their transactions' ids.</summary>
    public Dictionary<string, string> Orders()
    {
        using Connection connection = Connection.Open(options);
        return Read(connection, "").Where(order => order.Value != RolledBack).ToDictionary();
    }

    private static Dictionary<string, string> Read(Connection connection, string condition)
    {
        var row = new ResultRow(OrderColumns);
        using RowReader reader = connection.Prepare("SELECT id, messages FROM orders" + condition).Query(null, row);
        Dictionary<string, string> orders = [];
        while (reader.Next())
        {
            orders.Add(row.Text(0), row.Text(1));
        }

        return orders;
    }
}
