using System.Data.Common;
using System.Globalization;

namespace Forewave.Outbox.Sql;

/// <summary>Statements over any provider of ADO.NET, parameters bound by name. Stateless.</summary>
internal static class Commands
{
    /// <summary>A statement with its parameters.</summary>
    public static DbCommand Make(DbConnection connection, DbTransaction? transaction, in Statement statement)
    {
        DbCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        // Every statement is a literal of this library, with names of tables that OutboxTables has checked.
        command.CommandText = statement.Text;
        foreach ((string name, object? value) in statement.Parameters)
        {
            DbParameter parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            if (value is null)
            {
                parameter.DbType = name == "@routing" ? System.Data.DbType.Binary : System.Data.DbType.Int64;
            }

            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>Runs a statement; how many rows it touched.</summary>
    public static async ValueTask<int> RunAsync(
        DbConnection connection, DbTransaction? transaction, Statement statement, CancellationToken cancellation)
    {
        DbCommand command = Make(connection, transaction, statement);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The number that a query returns; null: NULL, or no row.</summary>
    public static async ValueTask<long?> NumberAsync(
        DbConnection connection, DbTransaction? transaction, Statement statement, CancellationToken cancellation)
    {
        DbCommand command = Make(connection, transaction, statement);
        await using (command.ConfigureAwait(false))
        {
            object? value = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
            return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>All rows of a query.</summary>
    public static async ValueTask<List<T>> ListAsync<T>(
        (DbConnection Connection, DbTransaction? Transaction) where, Statement statement, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        List<T> rows = [];
        DbCommand command = Make(where.Connection, where.Transaction, statement);
        await using (command.ConfigureAwait(false))
        {
            DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }
            }
        }

        return rows;
    }

    /// <summary>A number of a row; null: NULL.</summary>
    public static long? Number(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);

    /// <summary>Bytes of a row; null: NULL.</summary>
    public static byte[]? Bytes(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : (byte[])reader.GetValue(column);
}
