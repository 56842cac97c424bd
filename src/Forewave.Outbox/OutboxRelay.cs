using System.Data.Common;
using Forewave.Client;
using Forewave.Client.Producing.Sequenced;
using Forewave.Outbox.Relaying;
using Forewave.Outbox.Sql;
using Forewave.Outbox.Telemetry;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox;

/// <summary>
/// Publishes what is in an outbox: each row once, in the order in which they are claimed, of an ordering key in the order of the rows. Several may
/// run, in one program or in many; one works, the others stand by and take over when it has gone. Thread-safe, but
/// for <see cref="RunAsync"/>, which is called once.
/// <para>
/// A row gets a partition and a sequence in the database before it is published, and keeps both until it is answered: the broker stores a
/// sequence once, whoever sends it and whenever. What a relay does to the database it does under a lock with a token, so that one that stood
/// still while another took over changes nothing any more.
/// </para>
/// </summary>
public sealed class OutboxRelay : ILockLook, IAsyncDisposable
{
    private static readonly TimeSpan Failed = TimeSpan.FromSeconds(1);

    private readonly ForewaveClient _client;
    private readonly OutboxRelayOptions _options;
    private readonly OutboxTelemetry _telemetry;
    private readonly RelayWake _wake = new();
    private readonly ILogger _logger;
    private readonly string _holder = Guid.NewGuid().ToString("N");
    private SequencedProducer? _producer;
    private long _token;

    /// <param name="client">The way to the broker. The caller disposes it, after the relay.</param>
    /// <param name="options">How it works.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public OutboxRelay(ForewaveClient client, OutboxRelayOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_client, _options) = (client, options);
        _telemetry = new OutboxTelemetry(options);
        _logger = options.LoggerFactory.CreateLogger("Forewave.Outbox");
    }

    /// <summary>It has the lock and works, as far as it knows.</summary>
    public bool IsLeading => _telemetry.IsLeading;

    /// <summary>
    /// Looks at the outbox at once rather than at the end of <see cref="OutboxRelayOptions.PollInterval"/>: for a program that has just
    /// committed. Costs next to nothing; of no use to relays of other programs.
    /// </summary>
    public void Wake() => _wake.Set();

    /// <summary>
    /// Works, or stands by, until it is cancelled; then it waits for the answers to what it has sent, writes them down and gives the lock back.
    /// A database or a broker that fails ends it not: it begins anew after a second.
    /// </summary>
    /// <exception cref="ForewaveException">
    /// <c>OutboxSchemaMissing</c>, <c>OutboxSchemaDiffers</c>, <c>OutboxDatabaseUnsupported</c>: nothing was changed, and nothing is tried again.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _producer ??= _client.CreateSequencedProducer(_options.Name);
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan rest = _options.Lease / 4;
            try
            {
                await LeadOrStandByAsync(_producer, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException lost) when (lost.Code == ErrorCode.OutboxLockLost)
            {
                OutboxLog.LostLock(_logger);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                _telemetry.IsLeading = false;
                return;
            }
            catch (Exception failure) when (IsOfTheEnvironment(failure))
            {
                // A driver may fail in its own way where a statement was cancelled.
                if (!cancellation.IsCancellationRequested)
                {
                    OutboxLog.Failed(_logger, failure);
                }

                rest = Failed;
            }

            _telemetry.IsLeading = false;
            await Task.Delay(rest * (0.75 + (Random.Shared.NextDouble() / 2)), _options.TimeProvider, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends its ways to the broker. <see cref="RunAsync"/> has to be over.</summary>
    public async ValueTask DisposeAsync()
    {
        _telemetry.Dispose();
        if (_producer is { } producer)
        {
            await producer.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Over a connection of its own: the loop's may be in the middle of a transaction.
    async Task<(bool HasLock, long Now)> ILockLook.LookAsync(CancellationToken cancellation)
    {
        try
        {
            RelaySession session = await RelaySession.OpenAsync(_options, cancellation).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                RelayTables tables = new(_options.Tables, session.Connection);
                bool has = await tables.HasAsync(Volatile.Read(ref _token), cancellation).ConfigureAwait(false);
                return (has, await tables.NowAsync(cancellation).ConfigureAwait(false));
            }
        }
        catch (DbException unreachable)
        {
            throw new ForewaveException(ErrorCode.OutboxLockLost, "Whether the relay has the lock cannot be told: the database does not answer.", unreachable);
        }
    }

    void ILockLook.Doubt() => _producer!.Doubt();

    private async Task LeadOrStandByAsync(SequencedProducer producer, CancellationToken cancellation)
    {
        RelaySession session = await RelaySession.OpenAsync(_options, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            SchemaPart part = SchemaPart.Outbox(_options.Tables, Dialect.Of(_options.Tables.Database));
            await OutboxSchema.CheckAsync(session.Connection, _options.Tables, part, cancellation).ConfigureAwait(false);
            RelayTables tables = new(_options.Tables, session.Connection);
            // Not to be cancelled: whoever has the lock gives it back.
            if (await tables.TryTakeAsync(_holder, _options.Lease, CancellationToken.None).ConfigureAwait(false) is not { } taken)
            {
                return;
            }

            Volatile.Write(ref _token, taken.Token);
            _telemetry.IsLeading = true;
            Leading leading = new(new LeadingParts(tables, _options, this, _telemetry, _wake, taken), producer);
            await using (leading.ConfigureAwait(false))
            {
                await leading.RunAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    private static bool IsOfTheEnvironment(Exception failure) => failure is not ForewaveException
    {
        Code: ErrorCode.OutboxSchemaMissing or ErrorCode.OutboxSchemaDiffers or ErrorCode.OutboxDatabaseUnsupported,
    } && failure is not OutOfMemoryException;
}
