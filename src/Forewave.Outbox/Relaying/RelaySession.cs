using System.Data;
using System.Data.Common;
using Forewave.Outbox.Sql;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Relaying;

/// <summary>
/// A connection of a relay's with settings of its own, which are as they were before when it is disposed: the driver may keep the connection
/// in a pool that the application takes from. For one caller at a time.
/// </summary>
internal sealed class RelaySession : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly Dialect _sql;
    private IReadOnlyList<(string Name, string Value)> _before = [];

    private RelaySession(OutboxRelayOptions options)
    {
        _logger = options.LoggerFactory.CreateLogger("Forewave.Outbox");
        _sql = Dialect.Of(options.Tables.Database);
        Connection = options.Connect();
    }

    /// <summary>Open.</summary>
    public DbConnection Connection { get; }

    /// <exception cref="DbException">The database refuses.</exception>
    public static async ValueTask<RelaySession> OpenAsync(OutboxRelayOptions options, CancellationToken cancellation)
    {
        RelaySession session = new(options);
        try
        {
            await session.BeginAsync(options.Lease, cancellation).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await using (Connection.ConfigureAwait(false))
        {
            try
            {
                foreach (string statement in Connection.State == ConnectionState.Open ? _sql.Restore(_before) : [])
                {
                    await Commands.RunAsync(Connection, null, new Statement(statement), CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Most of the time the connection is broken, and no pool keeps it.
                OutboxLog.SettingsStay(_logger, failure);
            }
        }
    }

    private async ValueTask BeginAsync(TimeSpan lease, CancellationToken cancellation)
    {
        await Connection.OpenAsync(cancellation).ConfigureAwait(false);
        if (_sql.Settings is { } settings)
        {
            _before = await Commands.ListAsync((Connection, null), new Statement(settings), static row => (row.GetString(0), row.GetString(1)), cancellation).ConfigureAwait(false);
        }

        foreach (string statement in _sql.Begin(lease))
        {
            await Commands.RunAsync(Connection, null, new Statement(statement), cancellation).ConfigureAwait(false);
        }
    }
}
