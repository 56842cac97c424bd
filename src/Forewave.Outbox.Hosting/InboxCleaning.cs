using System.Data.Common;
using Forewave.Outbox.Sql;
using Forewave.Protocol;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Hosting;

/// <summary>
/// Cleans the inbox by age for as long as the host runs, in batches. Several may: they delete the same. Whatever it fails with, a driver's own
/// exceptions too, ends neither it nor the host: it is tried again. Tables that are missing or of another version end it, once they are looked
/// at, and the host is told.
/// </summary>
internal sealed class InboxCleaning(InboxOptions options, Inbox inbox, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private readonly ILogger _logger = loggers.CreateLogger("Forewave.Outbox");
    private bool _isChecked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CleanAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not (OutOfMemoryException or ForewaveException))
            {
                HostingLog.CleaningFailed(_logger, failure);
            }

            await Task.Delay(options.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CleanAsync(CancellationToken cancellation)
    {
        DbConnection connection = options.Connect();
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellation).ConfigureAwait(false);
            if (!_isChecked)
            {
                SchemaPart part = SchemaPart.Inbox(options.Tables, Dialect.Of(options.Tables.Database));
                await OutboxSchema.CheckAsync(connection, options.Tables, part, cancellation).ConfigureAwait(false);
                _isChecked = true;
            }

            int cleaned;
            do
            {
                cleaned = await inbox.CleanAsync(connection, options.Retention, options.CleanRows, cancellation).ConfigureAwait(false);
                InboxTelemetry.NoteCleaned(cleaned);
            }
            while (cleaned == options.CleanRows && !cancellation.IsCancellationRequested);
        }
    }
}
