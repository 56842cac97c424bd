namespace Forewave.Storage.MySql.Connections;

/// <summary>
/// An error of the server or of its client library. Stays inside this store: at its edge it becomes a retry or a
/// <see cref="StoreException"/>.
/// </summary>
internal sealed class DatabaseException : Exception
{
    public DatabaseException(int number, SqlState sqlState, string message)
        : base($"{message} (database error {number}, SQLSTATE {sqlState.Code})")
    {
        Number = number;
        SqlState = sqlState;
        Failure = DatabaseFailures.Of(number);
    }

    /// <summary>The server's or the library's number.</summary>
    public int Number { get; }

    /// <summary>Its class in the SQL standard.</summary>
    public SqlState SqlState { get; }

    /// <summary>What it means here.</summary>
    public DatabaseFailure Failure { get; }

    /// <summary>Whether the connection cannot be used after it: a server that gets too long a packet hangs up too.</summary>
    public bool EndsConnection =>
        Failure is DatabaseFailure.ConnectionLost or DatabaseFailure.Unreachable or DatabaseFailure.PacketTooLarge or DatabaseFailure.TlsFailed;
}
