using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Storage.MySql;

/// <summary>What a failure of the database means for the store.</summary>
internal static class StoreFailures
{
    /// <summary>Whether it goes away without anybody changing the store: the same work is tried again on a new connection.</summary>
    public static bool MayPass(this DatabaseException failure) => failure.Failure is not (
        DatabaseFailure.Duplicate or DatabaseFailure.ValueRefused or DatabaseFailure.SchemaDiffers or DatabaseFailure.PacketTooLarge
        or DatabaseFailure.Other);

    /// <summary>The log could not be committed: the partition stops.</summary>
    public static StoreException OfLogWrite(Exception cause) => new(
        ErrorCode.PartitionStopped,
        $"The log could not be committed, so the partition stopped: {cause.Message} What was not answered may be stored or not. Start the broker again when the database is in order.",
        cause);

    /// <summary>The store ended before the slave said that it has a group.</summary>
    public static StoreException OfProof(LogPosition through) => new(
        ErrorCode.NotReceived, $"The log is committed through {through}, and the slave did not say that it received it before the store ended.");

    /// <summary>Somebody who was told of a commit threw: a bug, after which the engine's state cannot be trusted.</summary>
    public static StoreException OfListener(Exception bug) => new(
        ErrorCode.BrokerFault,
        $"The partition stopped because of a fault of the broker: {bug.GetType().Name} while a commit was answered. Report it with the log, and start the broker again.",
        bug);

    /// <summary>The mover met something that it does not know: the partition stops.</summary>
    public static StoreException OfMoving(Exception bug) => new(
        ErrorCode.BrokerFault,
        $"The partition stopped: messages could not be taken from the log to their tables: {bug.Message} Nothing is lost. Report it with the log, and start the broker again.",
        bug);

    /// <summary>The database could not be opened.</summary>
    public static StoreException OfOpening(DatabaseException cause, ConnectionOptions options) => new(
        cause.Failure is DatabaseFailure.Unreachable or DatabaseFailure.ConnectionLost or DatabaseFailure.TooManyConnections
            ? ErrorCode.DatabaseUnreachable
            : ErrorCode.DatabaseUnusable,
        $"The database at {options} could not be opened: {cause.Message}",
        cause);

    /// <summary>The database refuses a read.</summary>
    public static StoreException OfReading(DatabaseException cause) => new(
        ErrorCode.StoreUnavailable, $"The database refused a read: {cause.Message}", cause);

    /// <summary>Work beside the log has to wait for the database.</summary>
    public static StoreException OfWaiting(DatabaseException cause) => new(
        cause.Failure == DatabaseFailure.DiskFull ? ErrorCode.DiskFull : ErrorCode.DatabaseUnreachable,
        $"The database does not do it at present: {cause.Message}",
        cause);

    /// <summary>The store is ending.</summary>
    public static StoreException Closing() => new(ErrorCode.ShuttingDown, "The store is closing.");
}
