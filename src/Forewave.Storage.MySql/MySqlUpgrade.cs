using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql;

/// <summary>Ends an upgrade of the databases: what <c>forewave upgrade finalize</c> does.</summary>
public static class MySqlUpgrade
{
    /// <summary>
    /// Does the steps of the schema after which the version before cannot come back, and those that a start does. A broker of this version
    /// may run meanwhile, one of the version before must not.
    /// </summary>
    /// <param name="options">Where the databases are.</param>
    /// <param name="time">Clock of the rows that say when.</param>
    /// <param name="cancellation">Ends the wait before it has begun.</param>
    /// <returns>The numbers of the steps that were done now; empty: all were done before.</returns>
    /// <exception cref="StoreException">
    /// FormatTooNew: a later version was there. DatabaseUnusable: there is nothing of Forewave. DatabaseUnreachable.
    /// </exception>
    public static Task<IReadOnlyList<int>> FinalizeAsync(MySqlStoreOptions options, TimeProvider time, CancellationToken cancellation) =>
        FinalizeAsync(options, new SchemaUpgrade(options.Names, Migrations.All, time), cancellation);

    /// <summary>The same with these steps.</summary>
    internal static async Task<IReadOnlyList<int>> FinalizeAsync(MySqlStoreOptions options, SchemaUpgrade upgrade, CancellationToken cancellation)
    {
        options.Check();
        using var thread = new DatabaseThread("forewave-upgrade", options.Connection, maxWaiting: 1);
        try
        {
            return await thread.RunAsync(
                connection => upgrade.IsThere(connection)
                    ? upgrade.Apply(connection, finalize: true).Applied
                    : throw new StoreException(ErrorCode.DatabaseUnusable, $"There are no databases {options.Names.Log} and {options.Names.Queues} of a broker at {options.Connection}."),
                Repetition.Forbidden,
                cancellation);
        }
        catch (DatabaseException failure)
        {
            throw StoreFailures.OfOpening(failure, options.Connection);
        }
    }
}
