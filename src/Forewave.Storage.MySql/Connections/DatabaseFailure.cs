namespace Forewave.Storage.MySql.Connections;

/// <summary>What a server's error means for the store. Every number that is not listed is <see cref="Other"/>.</summary>
internal enum DatabaseFailure
{
    /// <summary>None of the others: a defect of the statement or of the server.</summary>
    Other,

    /// <summary>The connection is gone. What was under way is unknown: done, undone, or not begun.</summary>
    ConnectionLost,

    /// <summary>No connection could be made: nobody there, name unknown, time-out.</summary>
    Unreachable,

    /// <summary>The server has as many connections as it may, or the account does.</summary>
    TooManyConnections,

    /// <summary>User, password or a privilege is missing.</summary>
    AccessDenied,

    /// <summary>TLS could not be agreed on, or the certificate is not trusted.</summary>
    TlsFailed,

    /// <summary>The transaction was rolled back to end a deadlock: do it again.</summary>
    Deadlock,

    /// <summary>A lock was not to be had in time, or at once where that was asked for; the transaction still stands.</summary>
    LockWait,

    /// <summary>Somebody killed the query, or its time was up; the transaction still stands.</summary>
    QueryKilled,

    /// <summary>The server takes no writes.</summary>
    ReadOnly,

    /// <summary>The server's disk, or a table, is full.</summary>
    DiskFull,

    /// <summary>A packet is longer than the server or this side allows.</summary>
    PacketTooLarge,

    /// <summary>A row with this key is there already.</summary>
    Duplicate,

    /// <summary>A database, table, column or day slice is not there, or is there already where it is to be made.</summary>
    SchemaDiffers,

    /// <summary>A value does not fit its column.</summary>
    ValueRefused,
}
