using System.Data.Common;
using Forewave.Protocol;

namespace Forewave.Outbox.Sql;

/// <summary>Whether a database is recent enough for the statements of this package. Stateless.</summary>
internal static class DatabaseVersion
{
    private const string MariaDb = "MariaDB";

    // What MariaDB tells programs that know its forerunner alone.
    private const string MariaDbPrefix = "5.5.5-";

    /// <summary>Refuses a database that is too old; one whose version cannot be read is left to fail where it does. No round trip.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="kind">Which SQL it speaks.</param>
    /// <exception cref="ForewaveException"><c>OutboxDatabaseUnsupported</c>.</exception>
    public static void Check(DbConnection connection, DatabaseKind kind)
    {
        string told = connection.ServerVersion;
        if (NumberOf(told) is { } found && found < LeastOf(kind, told))
        {
            throw new ForewaveException(ErrorCode.OutboxDatabaseUnsupported, $"The database's version is {told}; {LeastOf(kind, told)} is the first that has what the outbox needs.");
        }
    }

    private static Version LeastOf(DatabaseKind kind, string told) => kind switch
    {
        DatabaseKind.MySql => told.Contains(MariaDb, StringComparison.OrdinalIgnoreCase) ? new Version(10, 6) : new Version(8, 0),
        DatabaseKind.PostgreSql => new Version(12, 0),
        _ => new Version(3, 33),
    };

    private static Version? NumberOf(string told)
    {
        string number = told.StartsWith(MariaDbPrefix, StringComparison.Ordinal) && told.Contains(MariaDb, StringComparison.OrdinalIgnoreCase)
            ? told[MariaDbPrefix.Length..]
            : told;
        int end = number.AsSpan().IndexOfAnyExcept("0123456789.");
        return Version.TryParse(end < 0 ? number : number[..end], out Version? version) ? version : null;
    }
}
